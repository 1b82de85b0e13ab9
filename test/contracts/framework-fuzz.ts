import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type AnyHub, type AnySource, createHub, type SourceMaker } from '@hookline/core';
import type { InboundOptions } from '@hookline/core/adapter';
import * as catalogue from '@hookline/core/sources';
import { AssertionError, expect } from 'chai';
import { type Random, seededRandom } from '../support/random.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { senderCases } from '../support/sender-cases.js';
import { DAMAGES, type RawRequest, wireBytes } from './malformed-requests.js';

export interface FuzzHarness {
  /** An app with `inbound(hub, options)` and nothing else. */
  listener(hub: AnyHub, options: InboundOptions): RequestListener;
}

const SEED = 7;
const TIMES_EACH = 2;
const LANES = 16;
/** No answer and no end for so long is a hang. */
const PATIENCE_MS = 5_000;
const HOST = 'receiver.example';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const makers = Object.values(catalogue).filter((make): make is SourceMaker => 'sender' in make);
const sources = Object.fromEntries(makers.map((make) => [make.sender.kind, sourceOf(make)]));

interface Case {
  readonly title: string;
  readonly request: RawRequest;
}

/** Whatever comes, every source of the catalogue answers at once, and never that it is our fault. */
export function fuzzContract(name: string, harness: FuzzHarness): void {
  describe(`${name}: malformed requests`, function () {
    this.timeout(120_000);

    it(`are refused by each of ${makers.length} sources, with 4xx or by Node itself, and never hang`, async () => {
      const hub = createHub({ logger: new RecordingLogger() });
      const server = createServer(harness.listener(hub, { sources, maxBodyBytes: 50_000 }));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      try {
        const cases = [...allCases()];
        const statuses = await inLanes(cases, (each) => tryOne(port, each));
        const refused = statuses.filter((status) => status !== null && status >= 400);
        expect(refused.length).to.be.above(cases.length / 2);
        expect(statuses, 'some are signed rightly').to.include(202);
        expect(statuses, 'some Node refuses by itself').to.include(431);
      } finally {
        server.closeAllConnections();
        server.close();
        await hub.close();
      }
    });
  });
}

function sourceOf(make: SourceMaker): AnySource {
  return senderCases[make.sender.kind]?.source() ?? make({ secret: SECRET });
}

/** Of each source, every damage to a request that is signed, and odd bodies that are signed as they are. */
function* allCases(): Generator<Case> {
  const random = seededRandom(SEED);
  for (const [kind, source] of Object.entries(sources)) {
    const request = signedRequestOf(kind, source);
    for (const [damage, apply] of Object.entries(DAMAGES)) {
      for (let time = 0; time < TIMES_EACH; time++) {
        yield { title: `${kind}: ${damage}`, request: apply(request, random) };
      }
    }
    yield* signedNoise(kind, source, random);
  }
}

function signedRequestOf(kind: string, source: AnySource): RawRequest {
  const own = senderCases[kind];
  const url = `http://${HOST}/inbound/${kind}`;
  const data = { id: 'evt_1', type: 'order.paid', event: 'order.paid', items: [{ id: 'a' }] };
  const {
    headers,
    body,
    method,
    url: signedUrl,
  } = own?.request?.() ?? source.sign({ data, url, ...own?.unsigned });
  const { search } = new URL(signedUrl);
  const all = Object.entries({ host: HOST, ...headers });
  return { method, path: `/inbound/${kind}${search}`, headers: all, body };
}

/** What is authentic and says nothing that makes sense: taken or refused, but no fault of ours. */
function* signedNoise(kind: string, source: AnySource, random: Random): Generator<Case> {
  for (let time = 0; time < 8; time++) {
    const { body } = DAMAGES['the body is another one'](signedRequestOf(kind, source), random);
    const request = trySigning(kind, source, body);
    if (request)
      yield { title: `${kind}: signed noise ${JSON.stringify(body.toString().slice(0, 60))}`, request };
  }
}

function trySigning(kind: string, source: AnySource, body: Buffer): RawRequest | null {
  const own = senderCases[kind];
  if (own?.request) return null;
  const url = `http://${HOST}/inbound/${kind}`;
  try {
    const { data: _data, ...unsigned } = own?.unsigned ?? {};
    const { headers, method, url: signedUrl } = source.sign({ ...unsigned, body, url });
    const { search } = new URL(signedUrl);
    return {
      method,
      path: `/inbound/${kind}${search}`,
      headers: Object.entries({ host: HOST, ...headers }),
      body,
    };
  } catch {
    // signatures that are part of a JSON body have no place in others
    return null;
  }
}

/** The status, or null where Node's parser closed the connection on it. */
async function tryOne(port: number, { title, request }: Case): Promise<number | null> {
  const answer = await exchange(port, wireBytes(request));
  const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => Number(match[1]));
  if (answer === 'HANG' || statuses.some((status) => status >= 500))
    throw new AssertionError(
      `${title} was answered ${answer}\n${wireBytes(request).toString('latin1').slice(0, 600)}`,
    );
  return statuses[0] ?? null;
}

function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    const done = (): void => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    const timer = setTimeout(() => {
      resolve('HANG');
      socket.destroy();
    }, PATIENCE_MS);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', done);
    socket.end(bytes);
  });
}

async function inLanes<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) answers.push(await work(item));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return answers;
}
