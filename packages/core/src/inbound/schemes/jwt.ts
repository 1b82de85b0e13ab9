import { createHmac, createPrivateKey, createSecretKey, type KeyObject, sign, verify } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { equalInConstantTime } from '../../signing/constant-time.js';
import type { ReceivedRequest } from '../inbound-request.js';
import type { CheckContext, Draft, Scheme, SignContext, Tolerance } from './scheme.js';

export type JwtAlgorithm = 'HS256' | 'HS384' | 'HS512' | 'ES256' | 'RS256';
export type Claims = Readonly<Record<string, unknown>>;

export interface JwtDescription<Key = KeyObject> {
  /** The header with the token. */
  readonly header: string;
  /** What stands in front of it, such as `Bearer `. Default: nothing. */
  readonly prefix?: string;
  /** Those that the sender uses: the token chooses among these and no others. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** What the text of a secret stands for. Default: its UTF-8 bytes. */
  readonly toKey?: (secret: string) => Key;
  /** The key that a token names, or that must be fetched. Default: the key itself. */
  readonly keyOf?: (
    key: Key,
    token: Pick<Jwt, 'header' | 'claims'>,
  ) => KeyObject | null | Promise<KeyObject | null>;
  /** Whether the claims are about this very request: they hold a hash of its body, say. */
  readonly isAbout: (claims: Claims, request: ReceivedRequest, context: CheckContext) => boolean;
  /** What the claims are to say of a request that is to be signed. */
  readonly claimsFor: (draft: Draft, context: SignContext, secret: string) => Claims;
  /** False where the claims hold no hash of the body. */
  readonly coversBody?: boolean;
  readonly signsUrl?: boolean;
  /** Of `exp` and `nbf`, in seconds; of `iat`, where `maxAgeS` is given. Default 5. */
  readonly leewayS?: number;
  /** How old `iat` may be. Default: it is not looked at. */
  readonly maxAgeS?: number;
  readonly secretHeaders?: readonly string[];
  /** Names the key in tokens that are signed here. Default: nothing does. */
  readonly keyId?: string;
}

export interface Jwt {
  readonly header: Claims;
  readonly claims: Claims;
  /** What is signed. */
  readonly signed: string;
  readonly signature: Buffer;
}

/**
 * A sender that puts a JSON Web Token (RFC 7519, compact JWS) beside the body. The algorithms are the sender's: never
 * `none`, and no HMAC where a public key is expected (RFC 8725, sections 3.1 and 3.2).
 */
export function jwt<Key = KeyObject>(description: JwtDescription<Key>): Scheme<Key> {
  const { leewayS = 5, maxAgeS, toKey = sharedKey as unknown as (secret: string) => Key } = description;
  const tolerance = { past: maxAgeS ?? leewayS, future: leewayS };
  return {
    secretHeaders: [description.header.toLowerCase(), ...(description.secretHeaders ?? [])],
    tolerance,
    coversBody: description.coversBody ?? true,
    signsUrl: description.signsUrl ?? false,
    toKey,
    check: (request, keys, context) => checkJwt(description, request, keys, context),
    sign: (draft, secret, context) => addJwt(description, draft, secret, context),
  };
}

/** Throws SIGNATURE_MISSING, SIGNATURE_MISMATCH, TIMESTAMP_OUT_OF_RANGE; what `keyOf` throws. */
function checkJwt<Key>(
  description: JwtDescription<Key>,
  request: ReceivedRequest,
  keys: readonly Key[],
  context: CheckContext,
): void | Promise<void> {
  const token = readJwt(description, request, context.kind);
  const { keyOf = (key: Key) => key as unknown as KeyObject } = description;
  const found = keys.map((key) => keyOf(key, token));
  const isWaiting = found.some((key) => key instanceof Promise);
  if (isWaiting) return Promise.all(found).then((all) => judge(description, token, all, request, context));
  judge(description, token, found as readonly (KeyObject | null)[], request, context);
}

function judge<Key>(
  { isAbout, leewayS = 5, maxAgeS }: JwtDescription<Key>,
  token: Jwt,
  keys: readonly (KeyObject | null)[],
  request: ReceivedRequest,
  context: CheckContext,
): void {
  const isRight = keys.some((key) => key !== null && isSignedBy(token, key));
  if (!isRight || !isAbout(token.claims, request, context)) throw mismatch(context.kind);
  const { past, future } = context.tolerance ?? { past: maxAgeS ?? leewayS, future: leewayS };
  const nowS = context.now / 1_000;
  if (maxAgeS !== undefined) assertYoung(token.claims, { past, future }, nowS);
  assertInTime(token.claims, { past: maxAgeS === undefined ? past : leewayS, future }, nowS);
}

function readJwt<Key>(
  { header: name, prefix = '', algorithms }: JwtDescription<Key>,
  request: ReceivedRequest,
  kind: string,
): Jwt {
  const text = request.header(name.toLowerCase());
  if (text === null) throw new HooklineError('SIGNATURE_MISSING', { header: name });
  const token = text.startsWith(prefix) ? parseJwt(text.slice(prefix.length)) : null;
  const { alg } = token?.header ?? {};
  if (token === null || !algorithms.some((algorithm) => algorithm === alg)) throw mismatch(kind);
  return token;
}

/** What a token says, unchecked; null for what is none. */
export function claimsOf(token: string): Claims | null {
  return parseJwt(token)?.claims ?? null;
}

const PART = /^[\w-]+$/;

function parseJwt(text: string): Jwt | null {
  const parts = text.split('.');
  const [header = '', claims = '', signature = ''] = parts;
  if (parts.length !== 3 || !parts.every((part) => PART.test(part))) return null;
  const bytes = Buffer.from(signature, 'base64url');
  const read = { header: parseObject(header), claims: parseObject(claims) };
  if (read.header === null || read.claims === null || bytes.toString('base64url') !== signature) return null;
  return { header: read.header, claims: read.claims, signed: `${header}.${claims}`, signature: bytes };
}

function parseObject(part: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}

function isSignedBy({ header, signed, signature }: Jwt, key: KeyObject): boolean {
  const alg = header.alg as JwtAlgorithm;
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('HS'))
    return (
      key.type === 'secret' && equalInConstantTime(createHmac(hash, key).update(signed).digest(), signature)
    );
  const type = alg.startsWith('ES') ? 'ec' : 'rsa';
  if (key.type !== 'public' || key.asymmetricKeyType !== type) return false;
  return verify(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** A claim that is there and no number is none that anybody can keep to. */
function assertInTime({ exp, nbf }: Claims, { past, future }: Tolerance, nowS: number): void {
  if (exp !== undefined && !(nowS - secondsOf(exp) <= past)) throw outOfRange(nowS - secondsOf(exp), past);
  if (nbf !== undefined && !(secondsOf(nbf) - nowS <= future))
    throw outOfRange(secondsOf(nbf) - nowS, future);
}

function assertYoung({ iat }: Claims, { past, future }: Tolerance, nowS: number): void {
  const ageS = nowS - secondsOf(iat);
  const toleranceS = ageS < 0 ? future : past;
  if (Math.abs(ageS) > toleranceS) throw outOfRange(ageS, toleranceS);
}

function secondsOf(claim: unknown): number {
  if (typeof claim === 'number') return claim;
  throw new HooklineError('TIMESTAMP_INVALID', {
    expected: 'Unix seconds',
    header: 'the claims of its token',
  });
}

function outOfRange(ageS: number, toleranceS: number): HooklineError {
  return new HooklineError('TIMESTAMP_OUT_OF_RANGE', { ageS: Math.ceil(Math.abs(ageS)), toleranceS });
}

function mismatch(kind: string): HooklineError {
  return new HooklineError('SIGNATURE_MISMATCH', { source: kind });
}

function sharedKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

function addJwt<Key>(
  { header: name, prefix = '', algorithms: [alg = 'HS256'], claimsFor, keyId: kid }: JwtDescription<Key>,
  draft: Draft,
  secret: string,
  context: SignContext,
): Partial<Draft> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg, typ: 'JWT', ...(kid !== undefined && { kid }) })}.${encode(claimsFor(draft, context, secret))}`;
  const signature = signJwt(alg, text, secret).toString('base64url');
  return { headers: { ...draft.headers, [name.toLowerCase()]: `${prefix}${text}.${signature}` } };
}

function signJwt(alg: JwtAlgorithm, text: string, secret: string): Buffer {
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('HS')) return createHmac(hash, secret).update(text).digest();
  return sign(hash, Buffer.from(text), { key: createPrivateKey(secret), dsaEncoding: 'ieee-p1363' });
}
