import type { ErrorName } from '@hookline/core';

/** What the bodies of the matrix are; each is signed over its bytes before they are compressed. */
export const BODY_KINDS = [
  'json',
  '+json',
  'text',
  'form',
  'multipart',
  'json, at the limit',
  'json, over the limit',
  'json, gzip',
] as const;

export type BodyKind = (typeof BODY_KINDS)[number];

/** `202`: the signature is right, so the bytes are those that came; else the error that is answered. */
export type Fate = '202' | Extract<ErrorName, 'BODY_ALREADY_PARSED' | 'BODY_TOO_LARGE'>;

export type Fates = Readonly<Record<BodyKind, Fate>>;

/** The content types of which a parser leaves nothing behind; of the others the bytes are there. */
function gone(...types: readonly ('json' | '+json' | 'text' | 'form')[]): Fates {
  const fateOf = (kind: BodyKind): Fate => {
    const isGone = types.some((type) => kind === type || kind.startsWith(`${type},`));
    if (isGone) return 'BODY_ALREADY_PARSED';
    return kind === 'json, over the limit' ? 'BODY_TOO_LARGE' : '202';
  };
  return Object.fromEntries(BODY_KINDS.map((kind) => [kind, fateOf(kind)])) as Fates;
}

/** What stands around Hookline in an app, and what then becomes of a body. The same in all versions. */
export const EXPRESS_FATES = {
  'no parser': gone(),
  '`express.json()` in front': gone('json'),
  '`json()`, `urlencoded()`, `text()` in front, `+json` too': gone('json', '+json', 'text', 'form'),
  '`json()`, `urlencoded()`, `text()` behind': gone(),
  '`express.raw({ type: () => true })` in front': gone(),
  '`express.json()` in front, then `express.raw()`': gone('json'),
  '`json({ verify: captureRawBody })` in front, `urlencoded` likewise; `text()`': gone('text'),
  '`app.use(captureRawBody)`, then all parsers': gone(),
  'an async middleware, `captureRawBody`, then all parsers': gone(),
  'an async middleware': gone(),
} satisfies Readonly<Record<string, Fates>>;

export const KOA_FATES = {
  'no parser': gone(),
  '`koa-bodyparser` in front': gone(),
  '`@koa/bodyparser` in front': gone(),
  '`@koa/bodyparser` for `json`, `form` and `text` in front': gone(),
  '`@koa/bodyparser` behind': gone(),
  '`koa-body` in front': gone('json', 'text', 'form'),
  '`koa-body({ includeUnparsed: true })` in front': gone(),
  '`captureRawBody()`, then `koa-body`': gone(),
  '`captureRawBody()`, then `@koa/bodyparser`': gone(),
  'an async middleware, `captureRawBody()`, then `koa-body`': gone(),
  'an async middleware': gone(),
} satisfies Readonly<Record<string, Fates>>;
