import { createHash, createHmac } from 'node:crypto';
import * as sources from '@hookline/core/sources';
import { expect } from 'chai';
import { expectError } from '../../../support/expect-error.js';
import {
  bare,
  mac,
  now,
  nowS,
  prefixed,
  requestOf,
  type Sent,
  secret,
  token,
  verifiesAll,
} from '../../../support/hand-signed.js';

const hexKey = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const base64Key = Buffer.from(hexKey, 'hex').toString('base64');
const byKey = (text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', Buffer.from(hexKey, 'hex')).update(text).digest(encoding);
const sha = (text: string, algorithm = 'sha256') => createHash(algorithm).update(text).digest('hex');
const jwt = (claims: object) => {
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

const kofi = { verification_token: secret, message_id: 'msg_1', type: 'Donation', amount: '3.00' };

/** Requests as these senders make them, signed by Node's own functions. */
const SENT: Readonly<Record<string, Sent>> = {
  'a conversation of Intercom': {
    source: sources.intercom({ secret }),
    data: { id: 'notif_1', topic: 'conversation.user.created' },
    headers: (body) => ({ 'X-Hub-Signature': `sha1=${mac(body, 'hex', 'sha1')}` }),
    id: 'notif_1',
    type: 'conversation.user.created',
  },
  'a card of Trello': {
    source: sources.trello({ secret, url: 'https://app.example.com/trello' }),
    data: { action: { id: 'act_1', type: 'updateCard' } },
    headers: (body) => ({
      'X-Trello-Webhook': mac(`${body}https://app.example.com/trello`, 'base64', 'sha1'),
    }),
    id: 'act_1',
    type: 'update_card',
  },
  'a change in Airtable': {
    source: sources.airtable({ secret: base64Key }),
    data: { base: { id: 'app1' }, webhook: { id: 'ach1' } },
    headers: (body) => ({ 'X-Airtable-Content-MAC': `hmac-sha256=${byKey(body, 'hex')}` }),
    id: null,
    type: 'received',
  },
  'an item of monday.com': {
    source: sources.monday({ secret }),
    data: { event: { type: 'create_pulse', triggerUuid: 'trigger-1' } },
    headers: () => ({ Authorization: jwt({ exp: nowS + 60 }) }),
    id: 'trigger-1',
    type: 'create_pulse',
  },
  'a deal of Pipedrive': {
    source: sources.pipedrive({ secret: 'user:password' }),
    data: { meta: { version: '2.0', id: 'a-b-c', entity: 'deal', action: 'change' } },
    headers: () => ({ Authorization: `Basic ${Buffer.from('user:password').toString('base64')}` }),
    id: 'a-b-c',
    type: 'deal.change',
  },
  'a deal of Pipedrive by version 1, which has the deal’s number for an id': {
    source: sources.pipedrive({ secret: 'user:password' }),
    data: { meta: { v: 1, id: 7, object: 'deal', action: 'updated' } },
    headers: () => ({ Authorization: `Basic ${Buffer.from('user:password').toString('base64')}` }),
    id: null,
    type: 'deal.updated',
  },
  'a lead of Close': {
    source: sources.close({ secret: hexKey }),
    data: { event: { id: 'ev_1', object_type: 'lead', action: 'created' } },
    headers: (body) => ({
      'close-sig-hash': byKey(`${nowS}${body}`, 'hex'),
      'close-sig-timestamp': String(nowS),
    }),
    id: 'ev_1',
    type: 'lead.created',
  },
  'a message of Front': {
    source: sources.front({ secret }),
    data: { type: 'message_received' },
    headers: (body) => ({
      'X-Front-Signature': mac(`${now}:${body}`, 'base64'),
      'X-Front-Request-Timestamp': String(now),
    }),
    id: null,
    type: 'message_received',
  },
  'a conversation of Help Scout': {
    source: sources.helpScout({ secret }),
    data: { id: 1 },
    headers: (body) => ({
      'X-HelpScout-Signature': mac(body, 'base64', 'sha1'),
      'X-HelpScout-Event': 'convo.assigned',
    }),
    id: null,
    type: 'convo.assigned',
  },
  'a message of Chatwoot': {
    source: sources.chatwoot({ secret }),
    data: { event: 'message_created' },
    headers: (body) => ({
      'X-Chatwoot-Signature': `sha256=${mac(`${nowS}.${body}`)}`,
      'X-Chatwoot-Timestamp': String(nowS),
      'X-Chatwoot-Delivery': 'delivery-1',
    }),
    id: 'delivery-1',
    type: 'message_created',
  },
  'an email of Customer.io': {
    source: sources.customerIo({ secret }),
    data: { event_id: 'evt-1', object_type: 'email', metric: 'opened' },
    headers: (body) => ({
      'X-CIO-Signature': mac(`v0:${nowS}:${body}`),
      'X-CIO-Timestamp': String(nowS),
    }),
    id: 'evt-1',
    type: 'email.opened',
  },
  'two events of Klaviyo, by their ids and not by the webhook’s': {
    source: sources.klaviyo({ secret }),
    data: {
      data: [
        { external_id: 'e1', topic: 'event:klaviyo.opened_email' },
        { external_id: 'e2', topic: 'event:klaviyo.opened_email' },
      ],
    },
    headers: (body) => {
      const timestamp = new Date(now).toUTCString();
      return {
        'Klaviyo-Signature': mac(body + timestamp),
        'Klaviyo-Timestamp': timestamp,
        'Klaviyo-Webhook-Id': 'webhook-1',
      };
    },
    id: 'e1,e2',
    type: 'event_klaviyo.opened_email',
  },
  'a track of Segment': {
    source: sources.segment({ secret }),
    data: { messageId: 'm1', type: 'track' },
    headers: (body) => ({ 'X-Signature': mac(body, 'hex', 'sha1') }),
    id: 'm1',
    type: 'track',
  },
  'an envelope of DocuSign, by its second key': {
    source: sources.docusign({ secret }),
    data: { event: 'envelope-completed' },
    headers: (body) => ({
      'X-DocuSign-Signature-1': 'AAAA',
      'X-DocuSign-Signature-2': mac(body, 'base64'),
    }),
    id: null,
    type: 'envelope_completed',
  },
  'a document of Sanity': {
    source: sources.sanity({ secret }),
    data: { _id: 'doc-1' },
    headers: (body) => ({
      'sanity-webhook-signature': `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${body}`).digest('base64url')}`,
      'idempotency-key': 'key-1',
    }),
    id: 'key-1',
    type: 'received',
  },
  'an entry of Hygraph': {
    source: sources.hygraph({ secret }),
    data: { operation: 'publish', data: { note: 'é' } },
    headers: (body) => {
      const signed = JSON.stringify({ Body: body, EnvironmentName: 'production', TimeStamp: now });
      return { 'gcms-signature': `sign=${mac(signed, 'base64')}, env=production, t=${now}` };
    },
    id: null,
    type: 'publish',
  },
  'a form of Webflow': {
    source: sources.webflow({ secret }),
    data: { triggerType: 'form_submission' },
    headers: (body) => ({
      'x-webflow-signature': mac(`${now}:${body}`),
      'x-webflow-timestamp': String(now),
    }),
    id: null,
    type: 'form_submission',
  },
  'an item of Kontent.ai': {
    source: sources.kontentAi({ secret }),
    data: { notifications: [{ message: { object_type: 'content_item', action: 'published' } }] },
    headers: (body) => ({ 'X-Kontent-ai-Signature': mac(body, 'base64') }),
    id: null,
    type: 'content_item.published',
  },
  'a video of Mux': {
    source: sources.mux({ secret }),
    data: { id: 'evt_1', type: 'video.asset.ready' },
    headers: (body) => ({ 'Mux-Signature': `t=${nowS},v1=${mac(`${nowS}.${body}`)}` }),
    id: 'evt_1',
    type: 'video.asset.ready',
  },
  'an upload of Cloudinary': {
    source: sources.cloudinary({ secret }),
    data: { notification_type: 'upload' },
    headers: (body) => ({
      'X-Cld-Signature': sha(body + nowS + secret, 'sha1'),
      'X-Cld-Timestamp': String(nowS),
    }),
    id: null,
    type: 'upload',
  },
  'a check of Onfido': {
    source: sources.onfido({ secret }),
    data: { payload: { resource_type: 'check', action: 'check.completed' } },
    headers: bare('X-SHA2-Signature'),
    id: null,
    type: 'check.completed',
  },
  'an inquiry of Persona while its secret is replaced': {
    source: sources.persona({ secret }),
    data: { data: { id: 'evt_2', attributes: { name: 'inquiry.completed' } } },
    headers: (body) => ({
      'Persona-Signature': `t=${nowS},v1=${'0'.repeat(64)} t=${nowS},v1=${mac(`${nowS}.${body}`)}`,
    }),
    id: 'evt_2',
    type: 'inquiry.completed',
  },
  'a donation on Ko-fi': {
    source: sources.koFi({ secret }),
    data: kofi,
    body: new URLSearchParams({ data: JSON.stringify(kofi) }).toString(),
    headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
    id: 'msg_1',
    type: 'donation',
  },
  'a grant of Nylas': {
    source: sources.nylas({ secret }),
    data: { id: 'n1', type: 'grant.created' },
    headers: bare('X-Nylas-Signature'),
    id: 'n1',
    type: 'grant.created',
  },
  'changes of Microsoft Graph': {
    source: sources.microsoftGraph({ secret }),
    data: {
      value: [
        { clientState: secret, changeType: 'created' },
        { clientState: secret, changeType: 'created' },
      ],
    },
    headers: () => ({}),
    id: null,
    type: 'created',
  },
  'events of Okta': {
    source: sources.okta({ secret }),
    data: { eventId: 'ev_3', data: { events: [{ eventType: 'user.lifecycle.create' }] } },
    headers: token('Authorization'),
    id: 'ev_3',
    type: 'user.lifecycle.create',
  },
  'a message of Teams': {
    source: sources.microsoftTeams({ secret: base64Key }),
    data: { id: 'msg_2', type: 'message' },
    headers: (body) => ({ Authorization: `HMAC ${byKey(body, 'base64')}` }),
    id: 'msg_2',
    type: 'message',
  },
  'a change in Dropbox': {
    source: sources.dropbox({ secret }),
    data: { list_folder: { accounts: ['dbid:1'] } },
    headers: bare('X-Dropbox-Signature'),
    id: null,
    type: 'received',
  },
  'a signature asked for by Dropbox Sign': {
    source: sources.dropboxSign({ secret }),
    data: {
      event: {
        event_time: String(nowS - 86_400),
        event_type: 'signature_request_sent',
        event_hash: mac(`${nowS - 86_400}signature_request_sent`),
      },
    },
    headers: () => ({}),
    id: null,
    type: 'signature_request_sent',
  },
  'a page of Notion': {
    source: sources.notion({ secret }),
    data: { id: 'evt_4', type: 'page.created' },
    headers: prefixed('X-Notion-Signature'),
    id: 'evt_4',
    type: 'page.created',
  },
  'two tasks of Asana': {
    source: sources.asana({ secret }),
    data: {
      events: [
        { action: 'changed', resource: { resource_type: 'task' } },
        { action: 'added', resource: { resource_type: 'story' } },
      ],
    },
    headers: bare('X-Hook-Signature'),
    id: null,
    type: 'task.changed_story.added',
  },
  'contacts of HubSpot, whose event ids are not unique': {
    source: sources.hubspot({ secret, url: 'https://app.example.com' }),
    url: '/hubspot?a=%3A1',
    data: [{ eventId: 1, subscriptionId: 2, occurredAt: 3, subscriptionType: 'contact.creation' }],
    headers: (body) => ({
      'X-HubSpot-Signature-v3': mac(`POSThttps://app.example.com/hubspot?a=:1${body}${now}`, 'base64'),
      'X-HubSpot-Request-Timestamp': String(now),
    }),
    id: '1.2.3',
    type: 'contact.creation',
  },
  'contacts of HubSpot, where the URL was signed as it is': {
    source: sources.hubspot({ secret, url: 'https://app.example.com' }),
    url: '/hubspot?a=%3A1',
    data: [],
    headers: (body) => ({
      'X-HubSpot-Signature-v3': mac(`POSThttps://app.example.com/hubspot?a=%3A1${body}${now}`, 'base64'),
      'X-HubSpot-Request-Timestamp': String(now),
    }),
    id: null,
    type: 'received',
  },
};

const CHALLENGES = [
  ['Dropbox', sources.dropbox({ secret }), '/hooks?challenge=abc-1', {}, 'abc-1'],
  ['Nylas', sources.nylas({ secret }), '/hooks?challenge=abc%202', {}, 'abc 2'],
  ['Front', sources.front({ secret }), '/hooks', { 'X-Front-Challenge': 'abc3' }, 'abc3'],
  [
    'Microsoft Graph',
    sources.microsoftGraph({ secret }),
    '/hooks?validationToken=Validation%3A%20a%20b',
    {},
    'Validation: a b',
  ],
] as const;

describe('services for business that send webhooks', () => {
  verifiesAll(SENT);

  for (const [title, source, url, headers, answer] of CHALLENGES) {
    it(`answers the challenge of ${title} as text that is no page`, async () => {
      expect(await source.handshake({ method: 'GET', url, headers, body: '' })).to.deep.equal({
        status: 200,
        headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
        body: answer,
      });
    });
  }

  it('echoes no challenge that is no text of a sender', async () => {
    const source = sources.dropbox({ secret });
    for (const challenge of ['', 'a\nb', 'é', 'x'.repeat(2_001)])
      await expectError('REQUEST_INCOMPLETE', () =>
        source.handshake({
          method: 'GET',
          url: `/?challenge=${encodeURIComponent(challenge)}`,
          headers: {},
          body: '',
        }),
      );
  });

  it('answers Okta and monday.com by JSON', async () => {
    const headers = { 'x-okta-verification-challenge': 'abc' };
    expect(
      await sources.okta({ secret }).handshake({ method: 'GET', url: '/', headers, body: '' }),
    ).to.deep.equal({ status: 200, body: { verification: 'abc' } });
    expect(
      await sources.monday({ secret }).handshake({ headers: {}, body: '{"challenge":"abc"}' }),
    ).to.deep.equal({ status: 200, body: { challenge: 'abc' } });
  });

  it('answers Trello, which tries the URL with HEAD', async () => {
    const source = sources.trello({ secret });
    expect(await source.handshake({ method: 'HEAD', headers: {}, body: '' })).to.deep.equal({ status: 200 });
    expect(await source.handshake({ headers: {}, body: '' })).to.equal(null);
  });

  it('gives the token of Notion to whoever asked for it, and to nobody else', async () => {
    const tokens: string[] = [];
    const body = '{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZ"}';
    const asking = sources.notion({
      secret: () => null,
      onVerificationToken: (text) => {
        tokens.push(text);
      },
    });
    expect(await asking.handshake({ headers: {}, body })).to.deep.equal({ status: 200 });
    expect(await asking.handshake({ headers: {}, body: '{"verification_token":"x","id":"1"}' })).to.equal(
      null,
    );
    expect(tokens).to.deep.equal(['secret_tMrlL1qK5vuQAh1b6cZGhFChZ']);
    expect(await sources.notion({ secret }).handshake({ headers: {}, body })).to.equal(null);
  });

  it('takes a secret of Asana only where the app says so', async () => {
    const seen: string[] = [];
    const request = { headers: { 'X-Hook-Secret': 'b537207f20cbfa02357cf448134da559' }, body: '' };
    const asked = (answer: boolean) =>
      sources.asana({
        secret: () => null,
        acceptSecret: (text) => {
          seen.push(text);
          return answer;
        },
      });
    expect(await asked(true).handshake(request)).to.deep.equal({
      status: 200,
      headers: { 'x-hook-secret': 'b537207f20cbfa02357cf448134da559' },
    });
    expect(await asked(false).handshake(request)).to.equal(null);
    expect(await sources.asana({ secret }).handshake(request)).to.equal(null);
    expect(seen).to.have.length(2);
    await expectError('SECRET_UNKNOWN', () => asked(true).verify(request));
    expect(sources.asana({ secret }).secretHeaders).to.include('x-hook-secret');
  });

  it('does not let a request choose the version of HubSpot', async () => {
    const older = { headers: { 'X-HubSpot-Signature': sha(`${secret}[]`) }, body: '[]' };
    expect(sources.hubspot({ secret, version: 'v1' }).verify(older).data).to.deep.equal([]);
    await expectError('SIGNATURE_MISSING', () => sources.hubspot({ secret }).verify(older));
    await expectError('OPTION_INVALID', () => sources.hubspot({ secret, version: 'v4' as 'v3' }));
    await expectError('OPTION_INVALID', () =>
      sources.hubspot({ secret, version: 'v1', url: 'https://a.example.com' }),
    );
  });

  it('refuses a notification of Microsoft Graph among others that shows nothing', async () => {
    const body = JSON.stringify({ value: [{ clientState: secret }, {}] });
    const source = sources.microsoftGraph({ secret });
    await expectError('SIGNATURE_MISMATCH', () => source.verify({ headers: {}, body }));
    for (const none of ['{"value":[]}', '{}', '[]', ''])
      await expectError('SIGNATURE_MISSING', () => source.verify({ headers: {}, body: none }));
  });

  it('refuses a request of Contentful that leaves its timestamp unsigned', async () => {
    const body = '{}';
    const names = 'content-type,x-contentful-signed-headers';
    const text = ['POST', '/', `content-type:application/json;x-contentful-signed-headers:${names}`, body];
    const headers = {
      'content-type': 'application/json',
      'x-contentful-signed-headers': names,
      'x-contentful-timestamp': String(now),
      'x-contentful-signature': mac(text.join('\n')),
    };
    await expectError('REQUEST_INCOMPLETE', () =>
      sources.contentful({ secret }).verify({ url: '/', headers, body }, now),
    );
  });

  it('reads a callback of Dropbox Sign out of its multipart form, and answers what is wanted', () => {
    const hash = mac(`${nowS}callback_test`);
    const json = JSON.stringify({
      event: { event_time: String(nowS), event_type: 'callback_test', event_hash: hash },
    });
    const body = `--x1\r\nContent-Disposition: form-data; name="json"\r\n\r\n${json}\r\n--x1--\r\n`;
    const source = sources.dropboxSign({ secret });
    const webhook = source.verify(
      { headers: { 'content-type': 'multipart/form-data; boundary=x1' }, body },
      now,
    );
    expect(webhook).to.deep.include({ type: 'callback_test', data: JSON.parse(json) });
    expect(source.accepted).to.deep.include({ status: 200, body: 'Hello API Event Received' });
  });

  it('refuses an old callback of Dropbox Sign where the app says how old it may be', async () => {
    const sent = SENT['a signature asked for by Dropbox Sign'] as Sent;
    const source = sources.dropboxSign({ secret, toleranceS: 600 });
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => source.verify(requestOf(sent), now));
  });

  it('refuses an expired token of monday.com', async () => {
    const request = { headers: { Authorization: jwt({ exp: nowS - 60 }) }, body: '{}' };
    await expectError('TIMESTAMP_OUT_OF_RANGE', () => sources.monday({ secret }).verify(request, now));
  });
});
