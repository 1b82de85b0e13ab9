import { expect } from 'chai';
import type { SourceSecret } from '../../../packages/core/src/inbound/source-secrets.js';
import { github } from '../../../packages/core/src/inbound/sources/github.js';
import { hmac } from '../../../packages/core/src/inbound/sources/hmac.js';
import { standardWebhooks } from '../../../packages/core/src/inbound/sources/standard-webhooks.js';
import { stripe } from '../../../packages/core/src/inbound/sources/stripe.js';
import { sourcesFromEnv } from '../../../packages/core/src/inbound/sources-from-env.js';
import { generateSecret } from '../../../packages/core/src/signing/secret.js';
import { expectError } from '../../support/expect-error.js';

const makers = {
  github,
  stripe,
  standard_webhooks: standardWebhooks,
  hmac: ({ secret }: { secret: SourceSecret }) => hmac({ secret, header: 'x-signature' }),
};

for (const [kind, make] of Object.entries(makers)) {
  describe(`the secret of a ${kind} source`, () => {
    for (const [got, secret] of [
      ['undefined', undefined],
      ['null', null],
      ['number', 7],
      ['an empty string', ''],
      ['a blank string', ' \n'],
      ['an empty list', []],
      ['an empty string', [generateSecret(), '']],
      ['undefined', [undefined, generateSecret()]],
    ] as const) {
      it(`is refused as ${got}${Array.isArray(secret) && secret.length > 0 ? ' in a list' : ''}`, async () => {
        const error = await expectError('SOURCE_SECRET_MISSING', () =>
          make({ secret: secret as unknown as string }),
        );
        expect(error.details).to.deep.equal({ source: kind, got });
      });
    }
  });
}

describe('sourcesFromEnv', () => {
  it('makes the sources whose secret is set', () => {
    const sources = sourcesFromEnv({
      GITHUB_WEBHOOK_SECRET: 'a',
      STRIPE_WEBHOOK_SECRET: 'b',
      STANDARD_WEBHOOKS_WEBHOOK_SECRET: generateSecret(),
    });
    expect(Object.entries(sources).map(([name, { kind }]) => [name, kind])).to.deep.equal([
      ['github', 'github'],
      ['standard_webhooks', 'standard_webhooks'],
      ['stripe', 'stripe'],
    ]);
  });

  it('leaves out what is not set or empty', () => {
    expect(sourcesFromEnv({ GITHUB_WEBHOOK_SECRET: '', STRIPE_WEBHOOK_SECRET: undefined })).to.deep.equal({});
  });

  it('refuses a blank one', async () => {
    await expectError('SOURCE_SECRET_MISSING', () => sourcesFromEnv({ GITHUB_WEBHOOK_SECRET: '  ' }));
  });
});
