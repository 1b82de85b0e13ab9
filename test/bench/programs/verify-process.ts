// A contender of `inbound`: a process that checks requests, one after the other.
import { github, standardWebhooks, stripe } from '@hookline/core';
import { leave, obey, readConfig } from '../../faults/programs/talk.js';
import { PEER_VERIFIERS } from '../peers/verifiers.js';
import type {
  SampleRequest,
  VerifiedMany,
  Verifier,
  VerifierKind,
  VerifyConfig,
  VerifyOrder,
} from './inbound-messages.js';
import { invoiceBody } from './invoice-body.js';
import { now } from './now.js';

const SECRET = `whsec_${Buffer.from('a secret that all of them can use').toString('base64')}`;
const SAMPLES = 100;

const SOURCES = {
  stripe: stripe({ secret: SECRET }),
  standardWebhooks: standardWebhooks({ secret: SECRET }),
  github: github({ secret: SECRET }),
};
type SourceName = keyof typeof SOURCES;

const SENDERS: Readonly<Record<VerifierKind, SourceName>> = {
  'hookline stripe': 'stripe',
  'npm stripe': 'stripe',
  'hookline standardWebhooks': 'standardWebhooks',
  'npm standardwebhooks': 'standardWebhooks',
  'hookline github': 'github',
  'npm @octokit/webhooks-methods': 'github',
};

const { verifier: kind } = readConfig<VerifyConfig>();
const samples = Array.from({ length: SAMPLES }, (_, index) => sampleOf(SENDERS[kind], index));
const verify = verifierOf(kind);
await assertRefuses();

obey<VerifyOrder>(({ ms }) => verifyFor(ms));
process.once('SIGTERM', leave);

function verifierOf(name: VerifierKind): Verifier {
  if (name.startsWith('npm ')) return PEER_VERIFIERS[name as keyof typeof PEER_VERIFIERS](SECRET);
  const source = SOURCES[SENDERS[name]];
  return (request) => source.verify(request).data;
}

function sampleOf(name: SourceName, index: number): SampleRequest {
  const { headers, body } = SOURCES[name].sign({
    id: `msg_${index}`,
    type: 'invoice',
    body: invoiceBody(index),
  });
  const usual = { host: 'receiver.example', 'user-agent': 'sender/1.0', accept: '*/*' };
  return { headers: { ...usual, ...headers, 'content-length': String(body.length) }, body };
}

/** A figure counts only where it comes from a check. */
async function assertRefuses(): Promise<void> {
  const { headers, body } = sampleOf(SENDERS[kind], 0);
  const forged = { headers, body: Buffer.from(body.toString().replace('invoice', 'invoicE')) };
  const isRefused = await Promise.resolve(forged)
    .then(verify)
    .then(
      () => false,
      () => true,
    );
  if (!isRefused) throw new Error(`${kind} takes a forged request`);
}

async function verifyFor(ms: number): Promise<VerifiedMany> {
  const cpu = process.cpuUsage();
  const startedAt = now();
  let count = 0;
  while (now() < startedAt + ms) {
    for (const sample of samples) {
      const event = verify(sample);
      if (event instanceof Promise) await event;
    }
    count += samples.length;
  }
  const tookMs = now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { count, tookMs, cpuMs: (user + system) / 1_000 };
}
