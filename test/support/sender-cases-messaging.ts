import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import {
  discord,
  falAi,
  kick,
  mailchannels,
  mailgun,
  mandrill,
  plivo,
  postmark,
  sendgrid,
  telnyx,
  twilio,
} from '@hookline/core/sources';
import type { SenderCases } from './sender-case.js';

const ed = generateKeyPairSync('ed25519');
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const publicDer = ({ publicKey }: KeyPairKeyObjectResult) =>
  publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const privatePem = ({ privateKey }: KeyPairKeyObjectResult) =>
  privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const rawHex = Buffer.from(ed.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const url = 'https://app.example.com/hooks/inbound?tenant=7';

const rangesOf =
  (...texts: readonly string[]) =>
  (body: Buffer) =>
    texts.map((text) => {
      const from = body.indexOf(text);
      return { from, to: from + text.length };
    });

export const senderCases: SenderCases = {
  discord: { source: () => discord({ secret: rawHex }), unsigned: { secret: privatePem(ed) } },
  fal_ai: {
    source: () =>
      falAi({
        userId: 'user',
        fetchText: async () => JSON.stringify({ keys: [ed.publicKey.export({ format: 'jwk' })] }),
      }),
    unsigned: { secret: privatePem(ed) },
    signedHeaders: ['request-id', 'user-id', 'timestamp'].map((part) => `x-fal-webhook-${part}`),
  },
  kick: { source: () => kick({ secret: publicDer(rsa) }), unsigned: { secret: privatePem(rsa) } },
  mailchannels: {
    source: () => mailchannels({ secret: publicDer(ed) }),
    unsigned: { secret: privatePem(ed) },
    signedHeaders: ['content-digest'],
  },
  mailgun: {
    source: () => mailgun({ secret: 'secret' }),
    unsigned: { data: { signature: { token: 'token-1' }, 'event-data': { event: 'opened' } } },
    coveredBody: rangesOf('token-1', '1700000000'),
  },
  mandrill: {
    source: () => mandrill({ secret: 'secret', url }),
    unsigned: { data: [{ _id: 'a1', event: 'open', ts: 1 }] },
    coveredBody: rangesOf('open', 'a1'),
  },
  plivo: {
    source: () => plivo({ secret: 'secret', url }),
    unsigned: { body: 'CallUUID=call1&CallStatus=ringing', headers: form },
    signedHeaders: ['x-plivo-signature-v3-nonce'],
    coveredBody: rangesOf('call1', 'ringing'),
    takesAny: true,
  },
  postmark: { source: () => postmark({ secret: 'hookline:right' }) },
  sendgrid: { source: () => sendgrid({ secret: publicDer(ec) }), unsigned: { secret: privatePem(ec) } },
  telnyx: { source: () => telnyx({ secret: publicDer(ed) }), unsigned: { secret: privatePem(ed) } },
  twilio: {
    source: () => twilio({ secret: 'secret', url }),
    unsigned: { body: 'MessageSid=SM1&MessageStatus=sent', headers: form },
    coveredBody: rangesOf('SM1', 'sent'),
  },
};
