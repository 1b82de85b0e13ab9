import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook, type WebhookPayload } from '../../../packages/core/src/inbound/verify-webhook.js';
import { generateSecret } from '../../../packages/core/src/signing/secret.js';
import { expectError } from '../../support/expect-error.js';
import { signedRequest } from '../../support/signed-request.js';

const secret = generateSecret();
const payload = {
  type: 'message.created',
  timestamp: '2026-01-01T00:00:00.000Z',
  account: { id: 42 },
  data: { id: 1 },
};

describe('verifyWebhook', () => {
  it('answers the payload of what was signed with the secret', () => {
    const { headers, body } = signedRequest.standardWebhooks({ body: payload, secret });
    expect(verifyWebhook({ headers, body, secret })).to.deep.equal(payload);
  });

  it('types the data where told', () => {
    const { headers, body } = signedRequest.standardWebhooks({ body: payload, secret });
    const { data } = verifyWebhook<WebhookPayload<{ id: number }>>({ headers, body, secret });
    expect(data.id + 1).to.equal(2);
  });

  it('takes text, other byte arrays, names in any case, lists of values and fetch Headers', () => {
    const { headers, body } = signedRequest.standardWebhooks({ body: payload, secret });
    const loud = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value] as const);
    expect(verifyWebhook({ headers, body: body.toString(), secret })).to.deep.equal(payload);
    expect(verifyWebhook({ headers, body: new Uint8Array(body), secret })).to.deep.equal(payload);
    expect(verifyWebhook({ headers: Object.fromEntries(loud), body, secret })).to.deep.equal(payload);
    expect(verifyWebhook({ headers: new Headers(headers), body, secret })).to.deep.equal(payload);
    expect(verifyWebhook({ headers: { ...headers, 'set-cookie': ['a', 'b'] }, body, secret })).to.deep.equal(
      payload,
    );
  });

  it('accepts what npm standardwebhooks signs', () => {
    const text = JSON.stringify(payload);
    const at = new Date();
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', at, text),
    };
    expect(verifyWebhook({ headers, body: text, secret: [generateSecret(), secret] })).to.deep.equal(payload);
  });

  it('is refused a minute too late, and by the clock it is given', async () => {
    const now = Date.UTC(2026, 0, 1);
    const { headers, body } = signedRequest.standardWebhooks({ body: payload, secret, now });
    expect(verifyWebhook({ headers, body, secret, now: now + 300_000 })).to.deep.equal(payload);
    await expectError('TIMESTAMP_OUT_OF_RANGE', () =>
      verifyWebhook({ headers, body, secret, now: now + 360_000 }),
    );
    expect(verifyWebhook({ headers, body, secret, now: now + 360_000, toleranceS: 400 })).to.deep.equal(
      payload,
    );
  });

  it('refuses another secret, a changed body, and a request without headers', async () => {
    const { headers, body } = signedRequest.standardWebhooks({ body: payload, secret });
    await expectError('SIGNATURE_MISMATCH', () => verifyWebhook({ headers, body, secret: generateSecret() }));
    await expectError('SIGNATURE_MISMATCH', () => verifyWebhook({ headers, body: `${body} `, secret }));
    await expectError('SIGNATURE_MISSING', () => verifyWebhook({ headers: {}, body, secret }));
  });

  it('refuses what is signed but is not JSON', async () => {
    const { headers, body } = signedRequest.standardWebhooks({ body: 'hello', secret });
    await expectError('PAYLOAD_NOT_JSON', () => verifyWebhook({ headers, body, secret }));
  });

  it('tells a caller without a secret, or with a parsed body, what is wrong', async () => {
    const { headers, body } = signedRequest.standardWebhooks({ body: payload, secret });
    await expectError('SOURCE_SECRET_MISSING', () => verifyWebhook({ headers, body, secret: '' }));
    for (const parsed of [payload, null, undefined]) {
      const error = await expectError('OPTION_INVALID', () =>
        verifyWebhook({ headers, body: parsed as unknown as string, secret }),
      );
      expect(error.details.option).to.equal('body');
    }
  });
});
