import { expect } from 'chai';
import { isEventType } from '../../../packages/core/src/events/event-name.js';
import { toEventSegments } from '../../../packages/core/src/inbound/event-segments.js';

describe('toEventSegments', () => {
  for (const [text, segments] of [
    ['Contact.Created', 'contact.created'],
    ['user-created', 'user_created'],
    ['issue_comment', 'issue_comment'],
    ['issues.opened', 'issues.opened'],
    ['invoicePaid', 'invoice_paid'],
    ['HTTPServerDown', 'http_server_down'],
    ['ORDER_CREATED', 'order_created'],
    ['orders/create', 'orders_create'],
    ['v2.core.account[identity].updated', 'v2.core.account_identity.updated'],
    ['2fa.enabled', '2fa.enabled'],
    ['  User Created!  ', 'user_created'],
    ['.a..b.', 'a.b'],
    ['a.!!.b', 'a.b'],
    ['', 'received'],
    ['...', 'received'],
    ['注文', 'received'],
    ['"},"data":{}', 'data'],
  ] as const) {
    it(`makes ${segments} of "${text}"`, () => expect(toEventSegments(text)).to.equal(segments));
  }

  it('leaves what it made as it is', () => {
    for (const text of [
      'Contact.Created',
      'HTTPServerDown',
      'a__b',
      'x'.repeat(500),
      `${'y'.repeat(95)}.z`,
    ]) {
      const once = toEventSegments(text);
      expect(toEventSegments(once)).to.equal(once);
    }
  });

  it('takes a name of a million underscores', () => {
    const underscores = '_'.repeat(1_000_000);
    expect(toEventSegments(underscores)).to.equal('received');
    expect(toEventSegments(`a${underscores}b`)).to.equal('a');
    expect(toEventSegments(`${underscores}a.b${underscores}`)).to.equal('a.b');
  }).timeout(2_000);

  it('keeps to what an event type may be, however long the name', () => {
    for (const text of ['a'.repeat(10_000), 'a.'.repeat(5_000), `${'b'.repeat(95)}.c`]) {
      expect(isEventType(`source.${toEventSegments(text)}`)).to.equal(true);
    }
  });
});
