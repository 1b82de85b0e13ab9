import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { AnySource } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { expectError } from '../../../support/expect-error.js';
import {
  bare,
  mac,
  now,
  nowS,
  requestOf,
  type Sent,
  secret,
  token,
  verifiesAll,
} from '../../../support/hand-signed.js';

const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const edKey = Buffer.from(ed.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
const rsaPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const byEd = (text: string, encoding: 'hex' | 'base64') =>
  sign(null, Buffer.from(text), ed.privateKey).toString(encoding);
const sha256 = (text: string, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(text).digest(encoding);
const jwt = (claims: object, alg = 'HS256') => {
  const text = [{ alg, typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const url = 'https://app.example.com/plivo?b=2&a=1';
const slash = { command: '/deploy', text: 'now', user_id: 'U1' };
const call = { CallUUID: 'c1', CallStatus: 'ringing' };
const sms = { MessageSid: 'SM1', MessageStatus: 'delivered', Body: 'Grüße' };
const mails = [
  { _id: 'm1', event: 'open', ts: 1 },
  { _id: 'm1', event: 'click', ts: 2 },
];
const mailForm = { mandrill_events: JSON.stringify(mails) };
const slackHeaders = (body: string) => ({
  'X-Slack-Signature': `v0=${mac(`v0:${nowS}:${body}`)}`,
  'X-Slack-Request-Timestamp': String(nowS),
});
const zoomHeaders = (body: string) => ({
  'x-zm-signature': `v0=${mac(`v0:${nowS}:${body}`)}`,
  'x-zm-request-timestamp': String(nowS),
});
const discordHeaders = (body: string) => ({
  'X-Signature-Ed25519': byEd(nowS + body, 'hex'),
  'X-Signature-Timestamp': String(nowS),
});
const twitchAt = '2023-11-14T22:13:20.123456789Z';
const twitchHeaders = (type: string) => (body: string) => ({
  'Twitch-Eventsub-Message-Id': 'tw1',
  'Twitch-Eventsub-Message-Timestamp': twitchAt,
  'Twitch-Eventsub-Message-Signature': `sha256=${mac(`tw1${twitchAt}${body}`)}`,
  'Twitch-Eventsub-Message-Type': type,
});
const jwks = JSON.stringify({
  keys: [
    { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
    { kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32, 9).toString('base64url') },
    ed.publicKey.export({ format: 'jwk' }),
  ],
});
const falHeaders = (body: string) => ({
  'X-Fal-Webhook-Request-Id': 'req_1',
  'X-Fal-Webhook-User-Id': 'user_1',
  'X-Fal-Webhook-Timestamp': String(nowS),
  'X-Fal-Webhook-Signature': byEd(['req_1', 'user_1', nowS, sha256(body)].join('\n'), 'hex'),
});
const rfc9421 = (
  body: string,
  parameters = `("content-digest");created=${nowS};alg="ed25519";keyid="mckey"`,
) => {
  const digest = `sha-256=:${sha256(body, 'base64')}:`;
  return {
    'Content-Digest': digest,
    'Signature-Input': `sig_1=${parameters}`,
    Signature: `sig_1=:${byEd(`"content-digest": ${digest}\n"@signature-params": ${parameters}`, 'base64')}:`,
  };
};

/** Requests as these senders make them, signed by Node's own functions. */
const SENT: Readonly<Record<string, Sent>> = {
  'an event of Slack': {
    source: sources.slack({ secret }),
    data: { type: 'event_callback', event_id: 'Ev1', event: { type: 'app_mention' } },
    headers: slackHeaders,
    id: 'Ev1',
    type: 'app_mention',
  },
  'a slash command of Slack': {
    source: sources.slack({ secret }),
    data: slash,
    body: new URLSearchParams(slash).toString(),
    headers: (body) => ({ ...form, ...slackHeaders(body) }),
    id: null,
    type: 'deploy',
  },
  'a button of Slack': {
    source: sources.slack({ secret }),
    data: { type: 'block_actions' },
    body: new URLSearchParams({ payload: '{"type":"block_actions"}' }).toString(),
    headers: (body) => ({ ...form, ...slackHeaders(body) }),
    id: null,
    type: 'block_actions',
  },
  'a meeting of Zoom': {
    source: sources.zoom({ secret }),
    data: { event: 'meeting.started' },
    headers: zoomHeaders,
    id: null,
    type: 'meeting.started',
  },
  'a command of Discord': {
    source: sources.discord({ secret: edKey.toString('hex') }),
    data: { id: '787', type: 2 },
    headers: discordHeaders,
    id: '787',
    type: 'interaction.application_command',
  },
  'an event of Discord': {
    source: sources.discord({ secret: edKey.toString('base64') }),
    data: { version: 1, type: 1, event: { type: 'APPLICATION_AUTHORIZED' } },
    headers: discordHeaders,
    id: null,
    type: 'application_authorized',
  },
  'a message to a bot of Telegram': {
    source: sources.telegram({ secret }),
    data: { update_id: 12, edited_message: { text: 'hello' } },
    headers: token('X-Telegram-Bot-Api-Secret-Token'),
    id: '12',
    type: 'edited_message',
  },
  'two messages of LINE': {
    source: sources.line({ secret }),
    data: {
      events: [
        { webhookEventId: 'w1', type: 'message' },
        { webhookEventId: 'w2', type: 'message' },
      ],
    },
    headers: (body) => ({ 'x-line-signature': mac(body, 'base64') }),
    id: 'w1,w2',
    type: 'message',
  },
  'a message of WhatsApp': {
    source: sources.meta({ secret }),
    data: { object: 'whatsapp_business_account', entry: [{ changes: [{ field: 'messages' }] }] },
    headers: (body) => ({ 'X-Hub-Signature-256': `sha256=${mac(body)}` }),
    id: null,
    type: 'whatsapp_business_account.messages',
  },
  'a post on X': {
    source: sources.xTwitter({ secret }),
    data: { for_user_id: '1', tweet_create_events: [] },
    headers: (body) => ({ 'x-twitter-webhooks-signature': `sha256=${mac(body, 'base64')}` }),
    id: null,
    type: 'tweet_create_events',
  },
  'a message of Twilio': {
    source: sources.twilio({ secret, url: 'https://app.example.com/sms' }),
    data: sms,
    body: new URLSearchParams(sms).toString(),
    headers: () => ({
      ...form,
      'I-Twilio-Idempotency-Token': 'token-1',
      'X-Twilio-Signature': mac(
        'https://app.example.com/smsBodyGrüßeMessageSidSM1MessageStatusdelivered',
        'base64',
        'sha1',
      ),
    }),
    id: 'token-1',
    type: 'delivered',
  },
  'an event of Mailgun': {
    source: sources.mailgun({ secret }),
    data: {
      signature: { timestamp: nowS, token: 't1', signature: mac(`${nowS}t1`) },
      'event-data': { event: 'opened' },
    },
    headers: () => ({}),
    id: 't1',
    type: 'opened',
  },
  'two events of Mandrill about one message': {
    source: sources.mandrill({ secret, url: 'https://app.example.com/mandrill' }),
    data: mails,
    body: new URLSearchParams(mailForm).toString(),
    headers: () => ({
      ...form,
      'X-Mandrill-Signature': mac(
        `https://app.example.com/mandrillmandrill_events${mailForm.mandrill_events}`,
        'base64',
        'sha1',
      ),
    }),
    id: 'm1.open.1,m1.click.2',
    type: 'open_click',
  },
  'a bounce of Postmark': {
    source: sources.postmark({ secret: 'user:password' }),
    data: { RecordType: 'Bounce', ID: 42 },
    headers: () => ({ Authorization: `Basic ${Buffer.from('user:password').toString('base64')}` }),
    id: null,
    type: 'bounce',
  },
  'a message of Telnyx': {
    source: sources.telnyx({ secret: edKey.toString('base64') }),
    data: { data: { id: 'tx1', event_type: 'message.received' } },
    headers: (body) => ({
      'telnyx-signature-ed25519': byEd(`${nowS}|${body}`, 'base64'),
      'telnyx-timestamp': String(nowS),
    }),
    id: 'tx1',
    type: 'message.received',
  },
  'a call of Plivo, by the second of its tokens': {
    source: sources.plivo({ secret, url }),
    data: call,
    body: new URLSearchParams(call).toString(),
    headers: () => ({
      ...form,
      'X-Plivo-Signature-V3': `AAAA,${mac('https://app.example.com/plivo?a=1&b=2.CallStatusringingCallUUIDc1.nonce-1', 'base64')}`,
      'X-Plivo-Signature-V3-Nonce': 'nonce-1',
    }),
    id: 'nonce-1',
    type: 'ringing',
  },
  'a call of Plivo without a form': {
    source: sources.plivo({ secret, url: 'https://app.example.com/plivo' }),
    data: null,
    body: '',
    headers: () => ({
      'X-Plivo-Signature-V3': mac('https://app.example.com/plivo.nonce-2', 'base64'),
      'X-Plivo-Signature-V3-Nonce': 'nonce-2',
    }),
    id: 'nonce-2',
    type: 'received',
  },
  'a call of Plivo by version 2': {
    source: sources.plivo({ secret, url, version: 'v2' }),
    data: call,
    body: new URLSearchParams(call).toString(),
    headers: () => ({
      ...form,
      'X-Plivo-Signature-V2': mac('https://app.example.com/plivononce-3', 'base64'),
      'X-Plivo-Signature-V2-Nonce': 'nonce-3',
    }),
    id: 'nonce-3',
    type: 'ringing',
  },
  'a message of Vonage': {
    source: sources.vonage({ secret }),
    data: { status: 'delivered' },
    headers: (body) => ({
      Authorization: `Bearer ${jwt({ iss: 'Vonage', iat: nowS, exp: nowS + 60, jti: 'v1', payload_hash: sha256(body) })}`,
    }),
    id: 'v1',
    type: 'delivered',
  },
  'a room of LiveKit': {
    source: sources.livekit({ secret, apiKey: 'key-1' }),
    data: { id: 'lk1', event: 'room_started' },
    headers: (body) => ({
      'content-type': 'application/webhook+json',
      Authorization: jwt({ iss: 'key-1', exp: nowS + 60, sha256: sha256(body, 'base64') }),
    }),
    id: 'lk1',
    type: 'room_started',
  },
  'a channel of Pusher': {
    source: sources.pusher({ secret, key: 'key-1' }),
    data: { time_ms: now, events: [{ name: 'channel_occupied' }] },
    headers: (body) => ({ ...bare('X-Pusher-Signature')(body), 'X-Pusher-Key': 'key-1' }),
    id: null,
    type: 'channel_occupied',
  },
  'a follower on Twitch': {
    source: sources.twitch({ secret }),
    data: { subscription: { type: 'channel.follow' } },
    headers: twitchHeaders('notification'),
    id: 'tw1',
    type: 'channel.follow',
  },
  'a subscription that Twitch takes back': {
    source: sources.twitch({ secret }),
    data: { subscription: { type: 'channel.follow', status: 'authorization_revoked' } },
    headers: twitchHeaders('revocation'),
    id: 'tw1',
    type: 'revocation',
  },
  'a chat of Kick': {
    source: sources.kick({ secret: rsaPem }),
    data: { content: 'hello' },
    headers: (body) => ({
      'Kick-Event-Message-Id': 'k1',
      'Kick-Event-Message-Timestamp': '2023-11-14T22:13:20Z',
      'Kick-Event-Type': 'chat.message.sent',
      'Kick-Event-Signature': sign(
        'sha256',
        Buffer.from(`k1.2023-11-14T22:13:20Z.${body}`),
        rsa.privateKey,
      ).toString('base64'),
    }),
    id: 'k1',
    type: 'chat.message.sent',
  },
  'events of MailChannels': {
    source: sources.mailchannels({ secret: edKey.toString('base64') }),
    data: [{ event: 'delivered' }],
    headers: (body) => rfc9421(body),
    id: null,
    type: 'delivered',
  },
  'a call of ElevenLabs': {
    source: sources.elevenlabs({ secret }),
    data: { type: 'post_call_transcription' },
    headers: (body) => ({ 'ElevenLabs-Signature': `t=${nowS},v0=${mac(`${nowS}.${body}`)}` }),
    id: null,
    type: 'post_call_transcription',
  },
  'a call of Retell': {
    source: sources.retell({ secret }),
    data: { event: 'call_ended' },
    headers: (body) => ({ 'x-retell-signature': `v=${now},d=${mac(`${body}${now}`)}` }),
    id: null,
    type: 'call_ended',
  },
  'a picture of fal.ai': {
    source: sources.falAi({ userId: ['user_0', 'user_1'], fetchText: async () => jwks }),
    data: { status: 'OK' },
    headers: falHeaders,
    id: 'req_1',
    type: 'ok',
  },
};

const tried = (source: AnySource, sent: Pick<Sent, 'data' | 'headers'>) => {
  const body = JSON.stringify(sent.data);
  return { source, request: { headers: sent.headers(body), body } };
};

describe('messaging services that send webhooks', () => {
  verifiesAll(SENT);

  it('echoes the challenge of Slack and of Twitch where it is signed', async () => {
    const { source: slack, request: url } = tried(sources.slack({ secret }), {
      data: { type: 'url_verification', challenge: 'abc' },
      headers: slackHeaders,
    });
    expect(await slack.handshake(url, now)).to.deep.include({ status: 200, body: 'abc' });
    await expectError('SIGNATURE_MISMATCH', async () =>
      slack.handshake({ ...url, body: url.body.replace('abc', 'abd') }, now),
    );
    const { source: twitch, request: callback } = tried(sources.twitch({ secret }), {
      data: { challenge: 'def' },
      headers: twitchHeaders('webhook_callback_verification'),
    });
    expect(await twitch.handshake(callback, now)).to.deep.include({ status: 200, body: 'def' });
    await expectError('SIGNATURE_MISMATCH', async () =>
      twitch.handshake({ ...callback, body: '{"challenge":"abc"}' }, now),
    );
    await expectError('TIMESTAMP_OUT_OF_RANGE', async () => twitch.handshake(callback, now + 601_000));
  });

  it('answers Zoom by the HMAC of its token, where that is signed and can be no body', async () => {
    const trial = (plainToken: string) =>
      tried(sources.zoom({ secret }), {
        data: { event: 'endpoint.url_validation', payload: { plainToken } },
        headers: zoomHeaders,
      });
    const { source, request } = trial('qgg8vlvZRS6UYooatFL8Aw');
    expect(await source.handshake(request, now)).to.deep.equal({
      status: 200,
      body: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw', encryptedToken: mac('qgg8vlvZRS6UYooatFL8Aw') },
    });
    await expectError('TIMESTAMP_OUT_OF_RANGE', async () => source.handshake(request, now + 301_000));
    const oracle = trial('v0:1700000000:{"event":"meeting.ended"}');
    await expectError('REQUEST_INCOMPLETE', async () => source.handshake(oracle.request, now));
  });

  it('signs no body for whoever asks X’s question', async () => {
    const source = sources.xTwitter({ secret });
    const asked = (crc: string) =>
      source.handshake({
        method: 'GET',
        url: `/?crc_token=${encodeURIComponent(crc)}`,
        headers: {},
        body: '',
      });
    expect(await asked('abc-1')).to.deep.equal({
      status: 200,
      body: { response_token: `sha256=${mac('abc-1', 'base64')}` },
    });
    for (const body of ['{"for_user_id":"1"}', '[]', '', 'a b'])
      await expectError('REQUEST_INCOMPLETE', async () => asked(body));
  });

  it('takes no event that is signed by an answer to X’s question', async () => {
    const source = sources.xTwitter({ secret });
    const bodies: readonly (readonly [string, string])[] = [
      ['tweet_create_events', 'application/x-www-form-urlencoded'],
      ['17', 'application/json'],
      ['text', 'text/plain'],
    ];
    for (const [body, type] of bodies) {
      const signature = `sha256=${mac(body, 'base64')}`;
      const headers = { 'content-type': type, 'x-twitter-webhooks-signature': signature };
      await expectError('SIGNATURE_MISMATCH', () => source.verify({ headers, body }));
    }
  });

  it('takes an event of a subaccount of Mailgun by the key of the main account, and of no other', async () => {
    const signed = (parent: string) =>
      JSON.stringify({
        signature: {
          ...{ timestamp: String(nowS), token: 't1', signature: 'ab'.repeat(32) },
          'parent-signature': parent,
        },
        'event-data': { event: 'opened' },
      });
    const source = sources.mailgun({ secret });
    const headers = { 'content-type': 'application/json' };
    const webhook = await source.verify({ headers, body: signed(mac(`${nowS}t1`)) }, now);
    expect([webhook.id, webhook.type]).to.deep.equal(['t1', 'opened']);
    await expectError('SIGNATURE_MISMATCH', () =>
      source.verify({ headers, body: signed(mac(`${nowS}t2`)) }, now),
    );
  });

  it('answers the pings of Discord, and refuses those that are wrong', async () => {
    const source = sources.discord({ secret: edKey.toString('hex') });
    const ping = (data: object) => tried(source, { data, headers: discordHeaders }).request;
    expect(await source.handshake(ping({ id: '1', type: 1 }), now)).to.deep.equal({
      status: 200,
      body: { type: 1 },
    });
    expect(await source.handshake(ping({ version: 1, type: 0 }), now)).to.deep.equal({ status: 204 });
    expect(await source.handshake(ping({ type: 1, event: { type: 'X' } }), now)).to.equal(null);
    expect(await source.handshake(ping({ id: '1', type: 2 }), now)).to.equal(null);
    const { headers } = ping({ id: '1', type: 1 });
    await expectError('SIGNATURE_MISMATCH', async () =>
      source.handshake({ headers, body: '{"id":"2","type":1}' }, now),
    );
  });

  it('answers Meta only with the token that it was told', async () => {
    const query = (shown: string) => `/?hub.mode=subscribe&hub.verify_token=${shown}&hub.challenge=17`;
    const asked = (source: AnySource, shown: string) => async () =>
      source.handshake({ method: 'GET', url: query(shown), headers: {}, body: '' });
    const source = sources.meta({ secret, verifyToken: 'open sesame' });
    expect(await asked(source, 'open+sesame')()).to.deep.include({ status: 200, body: '17' });
    await expectError('SIGNATURE_MISMATCH', asked(source, 'open'));
    await expectError('SIGNATURE_MISMATCH', asked(sources.meta({ secret }), ''));
    await expectError('SIGNATURE_MISMATCH', asked(sources.meta({ secret, verifyToken: '' }), ''));
  });

  it('answers Mandrill, which tries the URL with HEAD and with no events', async () => {
    const source = sources.mandrill({ secret });
    expect(await source.handshake({ method: 'HEAD', headers: {}, body: '' })).to.deep.equal({ status: 200 });
    expect(await source.handshake({ headers: form, body: 'mandrill_events=%5B%5D' })).to.deep.equal({
      status: 200,
    });
    expect(await source.handshake({ headers: form, body: 'mandrill_events=%5B%7B%7D%5D' })).to.equal(null);
  });

  it('knows the URL that Twilio signed by what the framework makes of the request, or as it is told', async () => {
    const body = '{"a":1}';
    const path = `/sms?bodySHA256=${sha256(body)}`;
    const headers = {
      'content-type': 'application/json',
      'X-Twilio-Signature': mac(`https://app.example.com${path}`, 'base64', 'sha1'),
    };
    const request = { url: path, origin: 'https://app.example.com', headers, body };
    expect((await sources.twilio({ secret }).verify(request)).data).to.deep.equal({ a: 1 });
    const behind = { ...request, origin: 'http://10.0.0.7:3000' };
    await expectError('SIGNATURE_MISMATCH', () => sources.twilio({ secret }).verify(behind));
    const told = sources.twilio({ secret, url: 'https://app.example.com' });
    expect((await told.verify(behind)).data).to.deep.equal({ a: 1 });
    await expectError('OPTION_INVALID', () =>
      sources.twilio({ secret }).verify({ ...request, origin: null }),
    );
  });

  it('refuses what Twilio does not cover: text, or JSON without its hash', async () => {
    const source = sources.twilio({ secret, url: 'https://app.example.com/' });
    const headers = { 'X-Twilio-Signature': mac('https://app.example.com/', 'base64', 'sha1') };
    expect((await source.verify({ method: 'GET', url: '/', headers, body: '' })).data).to.equal(null);
    for (const type of ['application/json', 'text/plain'])
      await expectError('SIGNATURE_MISMATCH', () =>
        source.verify({ url: '/', headers: { ...headers, 'content-type': type }, body: '{}' }),
      );
  });

  it('refuses tokens of another key, of another body, expired or unsigned', async () => {
    const body = '{"id":"lk1","event":"room_started"}';
    const good = { iss: 'key-1', exp: nowS + 60, sha256: sha256(body, 'base64') };
    const source = sources.livekit({ secret, apiKey: 'key-1' });
    for (const [claims, alg, code] of [
      [{ ...good, iss: 'key-2' }, 'HS256', 'SIGNATURE_MISMATCH'],
      [{ ...good, sha256: sha256('', 'base64') }, 'HS256', 'SIGNATURE_MISMATCH'],
      [good, 'none', 'SIGNATURE_MISMATCH'],
      [good, 'HS512', 'SIGNATURE_MISMATCH'],
      [{ ...good, exp: nowS - 60 }, 'HS256', 'TIMESTAMP_OUT_OF_RANGE'],
    ] as const)
      await expectError(code, () =>
        source.verify({ headers: { Authorization: jwt(claims, alg) }, body }, now),
      );
  });

  it('refuses a signature of MailChannels that covers something else, or another body', async () => {
    const source = sources.mailchannels({ secret: edKey.toString('base64') });
    const body = '[{"event":"delivered"}]';
    await expectError('SIGNATURE_MISMATCH', () =>
      source.verify({ headers: rfc9421('[{"event":"dropped"}]'), body }, now),
    );
    for (const parameters of [
      `("content-type");created=${nowS}`,
      '("content-digest");keyid="mckey"',
      `("content-digest" "date");created=${nowS}`,
    ])
      await expectError('SIGNATURE_MISSING', () =>
        source.verify({ headers: rfc9421(body, parameters), body }, now),
      );
    await expectError('TIMESTAMP_OUT_OF_RANGE', () =>
      source.verify({ headers: rfc9421(body), body }, now + 301_000),
    );
  });

  it('asks fal.ai for its keys once, and says where there are none', async () => {
    const asked: string[] = [];
    const source = sources.falAi({
      userId: 'user_1',
      fetchText: async (from) => {
        asked.push(from);
        return jwks;
      },
    });
    const { request } = tried(source, { data: {}, headers: falHeaders });
    await source.verify(request, now);
    await source.verify(request, now);
    expect(asked).to.deep.equal(['https://rest.fal.ai/.well-known/jwks.json']);
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => source.verify(request, now + 301_000));
    const broken = sources.falAi({ userId: 'user_1', fetchText: async () => '{"keys":{}}' });
    await expectError('KEY_UNAVAILABLE', () => broken.verify(request, now));
  });

  it('takes requests of fal.ai for its own users only, though all are signed by the same keys', async () => {
    const { request } = tried(SENT['a picture of fal.ai']?.source as AnySource, {
      data: {},
      headers: falHeaders,
    });
    const other = sources.falAi({ userId: 'user_2', fetchText: async () => jwks });
    await expectError('SIGNATURE_MISMATCH', () => other.verify(request, now));
    await expectError('SOURCE_SECRET_MISSING', () => sources.falAi({ userId: [] }));
    await expectError('SOURCE_SECRET_MISSING', () => sources.falAi({} as { userId: string }));
  });

  for (const [what, code, source, changed] of [
    ['an ElevenLabs call after thirty minutes', 'TIMESTAMP_OUT_OF_RANGE', 'a call of ElevenLabs', 1_801_000],
    ['a Telnyx message five minutes ahead', 'TIMESTAMP_OUT_OF_RANGE', 'a message of Telnyx', -301_000],
    ['a Retell call after five minutes', 'TIMESTAMP_OUT_OF_RANGE', 'a call of Retell', 301_000],
    ['a Mailgun event after a day', 'TIMESTAMP_OUT_OF_RANGE', 'an event of Mailgun', 86_401_000],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const sent = SENT[source] as Sent;
      await expectError(code, () => sent.source.verify(requestOf(sent), now + changed));
    });
  }

  it('does not let a request to Plivo choose the version', async () => {
    const { headers, body } = requestOf(SENT['a call of Plivo by version 2'] as Sent);
    await expectError('SIGNATURE_MISSING', () => sources.plivo({ secret, url }).verify({ headers, body }));
    await expectError('OPTION_INVALID', () => sources.plivo({ secret, version: 'v1' as 'v2' }));
  });
});
