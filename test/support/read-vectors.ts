import { readFileSync } from 'node:fs';

/** One entry of `test/vectors`: a request, and whether its signature is valid at `now`. */
export interface Vector {
  readonly name: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Seconds since the Unix epoch. */
  readonly now: number;
  readonly expect: 'valid' | 'invalid';
  readonly why: string;
  readonly method?: string;
  readonly url?: string;
  readonly mode?: string;
  readonly kind?: string;
  readonly hash?: 'SHA1' | 'SHA256' | 'SHA512';
  readonly algorithm?: string;
  readonly encoding?: 'hex' | 'base64';
  readonly tolerance?: number;
  readonly publicKey?: string;
  readonly certificate?: string;
  readonly secondarySecret?: string;
  readonly response?: unknown;
}

export function readVectors(name: string): readonly Vector[] {
  return JSON.parse(
    readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'),
  ) as readonly Vector[];
}
