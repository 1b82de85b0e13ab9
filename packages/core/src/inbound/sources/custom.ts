import { HooklineError } from '../../errors.js';
import { isThenable } from '../../thenable.js';
import { createSource } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import type { Locator } from '../request-field.js';
import type { Scheme } from '../schemes/scheme.js';
import type { SourceOptions } from '../sender.js';
import type { AsyncSource, Source } from '../source.js';

export interface CustomOptions<Result> extends SourceOptions {
  /** Which kind of sender, for errors and the log. Default `custom`. */
  readonly kind?: string;
  /**
   * Whether the request is the sender's own: true, or false, or it throws. It is given the request and the time in
   * milliseconds, and may answer a promise. Compare secrets in constant time.
   */
  readonly verify: (request: ReceivedRequest, now: number) => Result;
  readonly id?: Locator;
  readonly type?: Locator;
  /** Headers that carry a signature or a secret: left out of receipts. Default: none but cookies and authorisation. */
  readonly secretHeaders?: readonly string[];
  /** Parameters of the URL that carry a secret: replaced in receipts. Default: none. */
  readonly secretQuery?: readonly string[];
  /** Default `['POST']`. */
  readonly methods?: readonly string[];
}

/**
 * A sender with rules that `hmac` cannot describe: the app checks the request, and the rest is as for any source.
 *
 * Its `verify` throws SIGNATURE_MISMATCH for false, and what the app's own throws. Throws OPTION_INVALID.
 *
 * @example
 * custom({ kind: 'acme', verify: (request) => isSignedByAcme(request.headers, request.body), type: { path: 'event' } })
 */
export function custom<Data = unknown>(options: CustomOptions<boolean>): Source<Data>;
export function custom<Data = unknown>(options: CustomOptions<Promise<boolean>>): AsyncSource<Data>;
export function custom(options: CustomOptions<boolean | Promise<boolean>>): Source | AsyncSource {
  const { kind = 'custom', verify, id, type, methods } = options;
  if (typeof verify !== 'function')
    throw new HooklineError('OPTION_INVALID', {
      option: 'verify',
      expected: 'a function',
      got: typeof verify,
    });
  const sender = {
    kind,
    title: kind,
    docs: '',
    evidence: 'single' as const,
    ownOptions: ['kind', 'verify', 'id', 'type', 'secretHeaders', 'secretQuery', 'methods'],
    scheme: appScheme(options),
    ...(id && { id }),
    ...(type && { type }),
    ...(methods && { methods }),
  };
  return createSource(sender, options, 'the app checks');
}

function appScheme({
  verify,
  secretHeaders = [],
  secretQuery = [],
}: CustomOptions<boolean | Promise<boolean>>): Scheme<string> {
  return {
    secretHeaders: secretHeaders.map((name) => name.toLowerCase()),
    secretQuery,
    tolerance: null,
    coversBody: false,
    signsUrl: false,
    toKey: (secret) => secret,
    check(request, _keys, { kind, now }) {
      const judge = (isRight: boolean) => {
        if (isRight !== true) throw new HooklineError('SIGNATURE_MISMATCH', { source: kind });
      };
      const answer = verify(request, now);
      return isThenable(answer) ? (answer as Promise<boolean>).then(judge) : judge(answer);
    },
    sign(_draft, _secret, { kind }) {
      throw new HooklineError('SIGN_UNSUPPORTED', { source: kind, problem: 'its check is the app’s own' });
    },
  };
}
