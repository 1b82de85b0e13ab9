import { hostProblem, type UrlPolicy } from '../../delivery/guard-url.js';

/** Where a URL leads. */
export interface Target {
  readonly origin: string;
  /** Path and query, as they go into the request line. */
  readonly path: string;
  /** Why the host may not be connected to, or null. Names are judged by their addresses, at every connect. */
  readonly refusal: string | null;
}

const MAX_KEPT = 1_000;

/** Parses and judges a URL once, as long as it is among the last thousand that were new. Throws for what is no URL. */
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
  const { origin, pathname, search, hostname } = new URL(url);
  // undici asks no lookup for an address written out in the URL (undici 7.30)
  return { origin, path: pathname + search, refusal: hostProblem(hostname, policy) };
}

function dropOldest(kept: Map<string, Target>): void {
  for (const url of kept.keys()) {
    kept.delete(url);
    return;
  }
}
