import { isHooklineError, type SignedRequest, type Source, type SourceMaker } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { AssertionError, expect } from 'chai';
import { flips, oddValues } from '../../support/forge.js';
import type { SenderCase } from '../../support/sender-case.js';
import { senderCases } from '../../support/sender-cases.js';

const now = 1_700_000_000_000;
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const url = 'https://app.example.com/hooks/inbound?tenant=7';
const data = { id: 'evt_1', type: 'order.paid', note: 'é', list: [{ id: 'item_1' }] };

const makers = Object.values(sources).filter((make): make is SourceMaker => 'sender' in make);

function caseOf({ sender }: SourceMaker, make: SourceMaker): SenderCase {
  return senderCases[sender.kind] ?? { source: () => make({ secret }) };
}

async function statusOf(source: Source, request: SignedRequest): Promise<number> {
  try {
    await source.verify(request, now);
    return 200;
  } catch (error) {
    if (isHooklineError(error)) return error.status;
    throw error;
  }
}

async function expectRefused(source: Source, request: SignedRequest, what: string): Promise<void> {
  const status = await statusOf(source, request);
  if (status >= 400 && status < 500) return;
  throw new AssertionError(`${what} was answered with ${status}`);
}

for (const make of makers) {
  const { kind, title, scheme } = make.sender;
  const tried = caseOf(make, make);

  describe(`requests of ${title}`, () => {
    const source = tried.source() as Source;
    let request: SignedRequest;
    let proof: readonly string[];

    before(() => {
      request = tried.request?.() ?? source.sign({ data, now, url, ...tried.unsigned });
      const headers = [...scheme.secretHeaders, ...(tried.signedHeaders ?? [])];
      proof = headers.filter((name) => request.headers[name] !== undefined);
    });

    it('are accepted as they are signed', async () => {
      const verified = await source.verify(request, now);
      expect(verified).to.include({ source: kind });
      expect(verified.body.equals(request.body)).to.equal(true);
    });

    const { coveredBody } = tried;
    if (scheme.coversBody || coveredBody)
      it('are refused when any bit of what is signed of the body is flipped', async () => {
        const ranges = coveredBody?.(request.body) ?? [{ from: 0, to: request.body.length }];
        for (const { from, to } of ranges) {
          for (const flipped of flips(request.body.subarray(from, to))) {
            const body = Buffer.concat([request.body.subarray(0, from), flipped, request.body.subarray(to)]);
            await expectRefused(source, { ...request, body }, JSON.stringify(body.toString('latin1')));
          }
        }
      });

    it('are refused when any bit of a signature or a signed header is flipped', async () => {
      for (const name of proof) {
        for (const flipped of flips(Buffer.from(request.headers[name] ?? '', 'latin1'))) {
          const value = flipped.toString('latin1');
          const headers = { ...request.headers, [name]: value };
          await expectRefused(source, { ...request, headers }, `${name}: ${JSON.stringify(value)}`);
        }
      }
    });

    it('are refused with 4xx, whatever the headers of the proof hold', async () => {
      for (const name of proof) {
        const right = request.headers[name] ?? '';
        for (const value of oddValues(right)) {
          if (tried.takesAny && value.startsWith(`${right}, `)) continue;
          const headers = { ...request.headers, [name]: value };
          await expectRefused(source, { ...request, headers }, `${name}: ${JSON.stringify(value)}`);
        }
        const { [name]: _, ...rest } = request.headers;
        await expectRefused(source, { ...request, headers: rest }, `without ${name}`);
      }
    });
  });
}
