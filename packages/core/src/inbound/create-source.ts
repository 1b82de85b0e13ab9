import { HooklineError } from '../errors.js';
import { remember } from '../remember.js';
import { isStorableId } from '../safe-text.js';
import { isThenable } from '../thenable.js';
import { checkSourceOptions } from './check-source-options.js';
import { type ReceivedRequest, type RequestInput, toReceived } from './inbound-request.js';
import { publicUrl } from './public-url.js';
import { requestReader } from './read-request.js';
import type { CheckContext } from './schemes/scheme.js';
import type { Sender, SourceMaker, SourceOptions } from './sender.js';
import { signRequest } from './sign-request.js';
import type { AnySource, Source, UnsignedRequest } from './source.js';
import { requireSecrets, type SecretLookup, type SourceSecret } from './source-secrets.js';

/** A sender's function for the app: `github({ secret })`. */
export function defineSender<More = object>(sender: Sender<More>): SourceMaker<More> {
  const make = (options: SourceOptions & More & { readonly secret: SourceSecret | SecretLookup }) =>
    createSource(sender, options ?? {}, options?.secret);
  return Object.assign(make, { sender }) as unknown as SourceMaker<More>;
}

/** The same for a sender that its options describe; `usual` are those that its makers have for everybody. */
export function defineSenderBy<More>(
  describe: (options: More) => Sender<More>,
  usual: More,
): SourceMaker<More> {
  const make = (options: SourceOptions & More & { readonly secret: SourceSecret | SecretLookup }) =>
    createSource(describe(options ?? usual), options ?? {}, options?.secret);
  return Object.assign(make, { sender: describe(usual) }) as unknown as SourceMaker<More>;
}

/** Throws SOURCE_SECRET_MISSING, OPTION_INVALID. */
export function createSource<More>(
  sender: Sender<More>,
  options: SourceOptions & More,
  secret: SourceSecret | SecretLookup,
): AnySource {
  const { kind, scheme } = sender;
  const tolerance = checkSourceOptions(sender, options);
  const keysOf = keysFor(sender, secret);

  const contextOf = (request: ReceivedRequest, now: number): CheckContext => ({
    kind,
    now,
    tolerance,
    url: () => publicUrl(options.url, request),
  });
  const check = (request: ReceivedRequest, now: number) =>
    after(keysOf(request), ({ keys }) => scheme.check(request, keys, contextOf(request, now)));
  const read = requestReader(sender, options.subject);
  const source = {
    kind,
    methods: sender.methods ?? ['POST'],
    secretHeaders: scheme.secretHeaders,
    secretQuery: scheme.secretQuery ?? [],
    accepted: sender.accepted ?? null,
    refusesSilently: sender.refusesSilently ?? false,
    respond: options.respond ?? null,
    accountOf: accountReader(options.account),
    read: (input: RequestInput) => read(toReceived(input)),
    sign: (request: UnsignedRequest = {}) =>
      signRequest(sender, firstSecret(kind, secret, request.secret), request),
    check: (input: RequestInput, now = Date.now()) => check(toReceived(input), now),
    verify(input: RequestInput, now = Date.now()) {
      const request = toReceived(input);
      return after(check(request, now), () => read(request));
    },
    handshake(input: RequestInput, now = Date.now()) {
      if (!sender.handshake) return null;
      const request = toReceived(input);
      const handshake = ({ secrets, keys }: Keys) => {
        const check = () => scheme.check(request, keys, contextOf(request, now));
        return sender.handshake?.(request, { secrets, options, check: check }) ?? null;
      };
      return sender.bringsSecret ? handshake(NO_KEYS) : after(keysOf(request), handshake);
    },
  } satisfies Record<keyof Source, unknown>;
  return source as unknown as AnySource;
}

const NO_KEYS: Keys = { keys: [], secrets: [] };

interface Keys {
  readonly keys: readonly unknown[];
  readonly secrets: readonly string[];
}

function keysFor<More>(
  { kind, scheme }: Sender<More>,
  secret: SourceSecret | SecretLookup,
): (request: ReceivedRequest) => Keys | PromiseLike<Keys> {
  if (typeof secret !== 'function') {
    const secrets = requireSecrets(kind, secret);
    const fixed = { secrets, keys: secrets.map((text) => scheme.toKey(text)) };
    return () => fixed;
  }
  const keyOf = remember((text) => scheme.toKey(text));
  const lookUp = async (request: ReceivedRequest): Promise<Keys> => {
    const found = await secret(request);
    if (found === null || found === undefined) throw new HooklineError('SECRET_UNKNOWN', { source: kind });
    const secrets = requireSecrets(kind, found);
    return { secrets, keys: secrets.map(keyOf) };
  };
  return oncePerRequest(lookUp);
}

/** A request is asked about twice, whether it is a challenge and whether it is signed, and its secret looked up once. */
function oncePerRequest(lookUp: (request: ReceivedRequest) => Promise<Keys>) {
  const known = new WeakMap<ReceivedRequest, Promise<Keys>>();
  return (request: ReceivedRequest): Promise<Keys> => {
    const keys = known.get(request) ?? lookUp(request);
    known.set(request, keys);
    return keys;
  };
}

/** Nobody's event by default; but an account that is not there must not read as nobody's. */
function accountReader(account: SourceOptions['account']): Source['accountOf'] {
  if (account === undefined) return () => null;
  return (webhook, request) => {
    const id: unknown = account(webhook, request);
    if (id === null || isStorableId(id)) return id;
    const expected = 'a function that answers text, a whole number or null';
    throw new HooklineError('OPTION_INVALID', { option: 'account', expected, got: typeof id });
  };
}

function firstSecret(kind: string, secret: SourceSecret | SecretLookup, given: string | undefined): string {
  if (given !== undefined) return given;
  if (typeof secret === 'string') return secret;
  const [first] = typeof secret === 'function' ? [] : secret;
  if (first !== undefined) return first;
  throw new HooklineError('SIGN_UNSUPPORTED', {
    source: kind,
    problem: 'its secret is looked up for each request',
  });
}

/** Goes on at once where there is nothing to wait for. */
function after<Value, Next>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Next | PromiseLike<Next>,
): Next | PromiseLike<Next> {
  return isThenable(value) ? (value as PromiseLike<Value>).then(next) : next(value as Value);
}
