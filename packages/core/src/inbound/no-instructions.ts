import type { HttpResponse } from '../http/types.js';

/** To those who take the answer to a call or a message for what to do with it. */
export const NO_INSTRUCTIONS: HttpResponse = {
  status: 200,
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body: '<Response/>',
};
