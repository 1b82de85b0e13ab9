export { type FakeClock, fakeClock } from './fake-clock.js';
export { type ReceivedRequest, type Receiver, type ReceiverReply, startReceiver } from './receiver.js';
