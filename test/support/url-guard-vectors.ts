import { readFileSync } from 'node:fs';

/** One entry of `test/vectors/url-guard.json`: a URL, and whether a hub without options may have it as a webhook. */
export interface UrlVector {
  readonly url: string;
  readonly expect: 'allowed' | 'refused';
  readonly form: string;
  readonly source: string;
  /** What the name resolves to: the URL may be saved, and its addresses are judged when it is connected to. */
  readonly resolvesTo?: readonly string[];
}

export function readUrlVectors(): readonly UrlVector[] {
  const file = new URL('../vectors/url-guard.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as readonly UrlVector[];
}
