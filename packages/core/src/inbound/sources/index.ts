/** A source for every well-known sender, and `hmac`, `custom` for any other. */
export { type CustomOptions, custom } from './custom.js';
export { github } from './github.js';
export { type HmacOptions, hmac, type SignatureListOptions, type TimestampOptions } from './hmac.js';
export { standardWebhooks } from './standard-webhooks.js';
export { stripe } from './stripe.js';
