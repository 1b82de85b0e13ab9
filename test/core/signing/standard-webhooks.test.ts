import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { generateSecret } from '../../../packages/core/src/signing/secret.js';
import { signingKey } from '../../../packages/core/src/signing/signing-key.js';
import { signStandardWebhook } from '../../../packages/core/src/signing/standard-webhooks.js';

const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';

describe('signStandardWebhook', () => {
  it('signs the vector of the reference implementation', () => {
    const keys = [signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')];
    const body = Buffer.from('{"test": 2432232314}');
    expect(signStandardWebhook({ id, timestampS: 1614265330, body, keys })).to.equal(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('signs with every key, in order, joined by spaces', () => {
    const keys = [32, 24].map((size) => signingKey(randomBytes(size).toString('base64')));
    const parts = { id, timestampS: 1614265330, body: Buffer.from('{}') };
    const each = keys.map((key) => signStandardWebhook({ ...parts, keys: [key] }));
    expect(signStandardWebhook({ ...parts, keys })).to.equal(each.join(' '));
  });

  for (const text of ['{}', '{"name":"ÄÖÜ ♥ 😀"}', `{"long":"${'x'.repeat(100_000)}"}`]) {
    it(`is what npm standardwebhooks makes of ${text.length} characters, and what it accepts`, () => {
      const secret = generateSecret();
      const timestampS = Math.floor(Date.now() / 1_000);
      const signature = signStandardWebhook({
        id,
        timestampS,
        body: Buffer.from(text),
        keys: [signingKey(secret)],
      });
      const reference = new Webhook(secret);
      expect(signature).to.equal(reference.sign(id, new Date(timestampS * 1_000), text));
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': signature,
      };
      expect(reference.verify(text, headers)).to.deep.equal(JSON.parse(text));
    });
  }
});
