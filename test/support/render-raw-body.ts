import { BODY_KINDS, EXPRESS_FATES, type Fate, type Fates, KOA_FATES } from '../contracts/raw-body-table.js';

const INTRO = `A sender signs the bytes that it sends. A body parser in front of Hookline reads them and leaves an object behind, from
which they cannot be made again: \`1.0\` becomes \`1\`, \`\\u00e9\` becomes \`é\`. So Hookline, as \`webhooks()\`,
\`inbound()\` and \`verify()\`, takes the bytes where they still are, and where they are not it says so at once.

1. Mount it in front of the parsers, and there is nothing to do. Behind \`verify()\` the parsers find the body as if nobody
   had read it.
2. Or put \`captureRawBody\` in front of the parsers: \`app.use(captureRawBody)\` in Express, \`app.use(captureRawBody())\`
   in Koa. \`req.body\` stays what the parser makes of it.
3. Or give it to a parser of Express as its hook, \`express.json({ verify: captureRawBody })\`: then for the content types
   of this parser.
4. Where the bytes are gone the answer is \`ERR_HOOKLINE_BODY_ALREADY_PARSED\`, with what to do; no request hangs.

A compressed body (\`Content-Encoding\` gzip, deflate, br) is checked inflated, as every parser and most proxies hand it on. The
limit, \`maxBodyBytes\`, holds for what came and for what it inflates to; Hookline then answers 413, also where nobody said
how long the body is.`;

const BEFORE_TABLES = `What each request of the tests is answered, within 200 ms, by \`inbound()\` and by \`verify()\` alike. 202: the signature over
the bytes is right. The tables are written by \`npm run docs\` from what the tests expect
(\`test/contracts/raw-body-table.ts\`).`;

/** The page docs/raw-body.md. */
export function renderRawBody(): string {
  return [
    '# The exact bytes',
    INTRO,
    '## What is answered',
    BEFORE_TABLES,
    '### Express 4 and 5',
    table(EXPRESS_FATES),
    '### Koa 2 and 3',
    table(KOA_FATES),
  ]
    .join('\n\n')
    .concat('\n');
}

function table(setups: Readonly<Record<string, Fates>>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = Object.entries(setups).map(([setup, fates]) => [
    setup,
    ...BODY_KINDS.map((kind) => SHOWN[fates[kind]]),
  ]);
  return [line(['', ...BODY_KINDS]), line(['---', ...BODY_KINDS.map(() => '---')]), ...rows.map(line)].join(
    '\n',
  );
}

const SHOWN: Readonly<Record<Fate, string>> = {
  '202': '202',
  BODY_ALREADY_PARSED: '500 `BODY_ALREADY_PARSED`',
  BODY_TOO_LARGE: '413 `BODY_TOO_LARGE`',
};
