import type { SignaturePlace } from './signed.js';

/** Several headers with a signature each, any of which may be right: one for every secret while it is replaced. */
export function severalHeaders(names: readonly [string, ...string[]]): SignaturePlace {
  const lower = names.map((name) => name.toLowerCase());
  const [first = ''] = lower;
  return {
    name: names.join(' or '),
    find: (request) => lower.map((name) => request.header(name)).filter((value) => value !== null),
    put: (draft, signature) => ({ headers: { ...draft.headers, [first]: signature } }),
  };
}
