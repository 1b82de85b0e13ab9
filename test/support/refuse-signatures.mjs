// Preloaded into an example: to its receiver every signature is wrong.
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

Webhook.prototype.verify = () => {
  throw new WebhookVerificationError('No matching signature found');
};
