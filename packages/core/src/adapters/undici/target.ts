import { type UrlPolicy, urlProblem } from '../../delivery/guard-url.js';

/** Where a URL leads. */
export interface Target {
  readonly origin: string;
  /** Path and query, as they go into the request line. */
  readonly path: string;
  /** Why the URL is refused, or null. Names are judged by their addresses, too, at every connect. */
  readonly refusal: string | null;
}

const MAX_KEPT = 1_000;

/** Parses and judges a URL once, as long as it is among the last thousand that were new. */
export function targetsOf(policy: UrlPolicy): (url: string) => Target {
  const kept = new Map<string, Target>();
  return (url) => {
    const known = kept.get(url);
    if (known !== undefined) return known;
    const target = parseTarget(url, policy);
    if (kept.size >= MAX_KEPT) dropOldest(kept);
    kept.set(url, target);
    return target;
  };
}

function parseTarget(url: string, policy: UrlPolicy): Target {
  // undici asks no lookup for an address written out in the URL (undici 7.30)
  const refusal = urlProblem(url, policy);
  if (refusal !== null) return { origin: '', path: '', refusal };
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search, refusal };
}

function dropOldest(kept: Map<string, Target>): void {
  for (const url of kept.keys()) {
    kept.delete(url);
    return;
  }
}
