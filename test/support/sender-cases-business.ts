import type { SenderCases } from './sender-case.js';

export const senderCases: SenderCases = {};
