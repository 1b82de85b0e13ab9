import { createHmac } from 'node:crypto';
import type { AnySource } from '@hookline/core';
import { expect } from 'chai';

export const secret = 'shared secret';
export const now = 1_700_000_000_000;
export const nowS = 1_700_000_000;

export function mac(text: string, encoding: 'hex' | 'base64' = 'hex', algorithm = 'sha256'): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

/** A request as its sender makes it, signed by Node's own functions and by hand. */
export interface Sent {
  readonly source: AnySource;
  readonly data: unknown;
  readonly url?: string;
  /** How `data` is written. Default: as JSON. */
  readonly body?: string;
  /** Of the body. */
  readonly headers: (body: string) => Readonly<Record<string, string>>;
  readonly id: string | null;
  readonly type: string;
}

export const bare = (name: string) => (body: string) => ({ [name]: mac(body) });
export const prefixed = (name: string) => (body: string) => ({ [name]: `sha256=${mac(body)}` });
export const token = (name: string) => () => ({ [name]: secret });

export function requestOf({ data, headers, url, body = JSON.stringify(data) }: Sent) {
  return { headers: { 'content-type': 'application/json', ...headers(body) }, body, url };
}

/** A test for each. */
export function verifiesAll(sent: Readonly<Record<string, Sent>>): void {
  for (const [what, each] of Object.entries(sent)) {
    it(`verifies ${what}`, async () => {
      const { id, type, data } = await each.source.verify(requestOf(each), now);
      expect({ id, type, data }).to.deep.equal({ id: each.id, type: each.type, data: each.data });
    });
  }
}
