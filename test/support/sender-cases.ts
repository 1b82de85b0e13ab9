import type { SenderCases } from './sender-case.js';
import { senderCases as business } from './sender-cases-business.js';
import { senderCases as messaging } from './sender-cases-messaging.js';
import { senderCases as payments } from './sender-cases-payments.js';
import { senderCases as tools } from './sender-cases-tools.js';

/** Of the senders that need more than a secret of text to be tried. */
export const senderCases: SenderCases = { ...payments, ...tools, ...messaging, ...business };
