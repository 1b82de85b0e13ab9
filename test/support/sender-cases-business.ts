import { close, dropboxSign, persona, pipedrive } from '@hookline/core/sources';
import type { SenderCases } from './sender-case.js';

const TEXT_SECRET = 'an ordinary secret';

export const senderCases: SenderCases = {
  close: {
    source: () => close({ secret: 'DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00' }),
  },
  dropbox_sign: {
    source: () => dropboxSign({ secret: TEXT_SECRET }),
    unsigned: { data: { event: { event_type: 'signature_request_sent' }, account_guid: 'a1' } },
    coveredBody: (body) => {
      const from = body.indexOf('signature_request_sent');
      return [{ from, to: from + 'signature_request_sent'.length }];
    },
  },
  persona: { source: () => persona({ secret: TEXT_SECRET }), takesAny: true },
  pipedrive: { source: () => pipedrive({ secret: 'hookline:right' }) },
};
