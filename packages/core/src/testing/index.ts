export { type FakeClock, fakeClock } from './fake-clock.js';
export { type ReceivedRequest, type Receiver, type ReceiverReply, startReceiver } from './receiver.js';
export {
  type RequestBody,
  type SignedGithubRequest,
  type SignedRequest,
  type SignedStandardWebhook,
  type SignedStripeRequest,
  signedRequest,
} from './sign-request.js';
