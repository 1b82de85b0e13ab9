import { defineEvents, payload } from '@hookline/core';
import { expect } from 'chai';
import * as v from 'valibot';
import { z } from 'zod';
import { openRegistry } from '../../../packages/core/src/events/event-registry.js';
import { expectError } from '../../support/expect-error.js';

const events = defineEvents({
  'conversation.created': payload<{ id: number }>({ description: 'A conversation began.' }),
  'conversation.opened': payload<{ id: number }>({ deprecated: { replacement: 'conversation.created' } }),
  'message.created': z.object({ id: z.number(), text: z.string().trim() }),
  'contact.created': v.object({ email: v.pipe(v.string(), v.email()) }),
  'agent.added': payload<{ id: number }>({ visibility: 'internal' }),
  'github.*': payload<unknown>({ visibility: 'internal' }),
  'typing.started': payload<{ id: number }>({ transient: true }),
  'presence.*': payload<unknown>({ transient: true }),
  'presence.history.kept': payload<unknown>(),
});

describe('defineEvents', () => {
  it('lists what was declared, for catalogues', () => {
    expect(events.types).to.deep.include({
      type: 'conversation.created',
      visibility: 'subscribable',
      transient: false,
      description: 'A conversation began.',
      replacement: null,
    });
    expect(events.types).to.deep.include({
      type: 'typing.started',
      visibility: 'internal',
      transient: true,
      description: null,
      replacement: null,
    });
    expect(events.types.map(({ type }) => type)).to.have.length(9);
    expect(events.replacementOf('conversation.opened')).to.equal('conversation.created');
  });

  for (const name of [
    'Conversation.created',
    'conversation..created',
    '.created',
    'a.',
    'a b',
    'a-b',
    '',
    '1.a',
    '*.a',
  ]) {
    it(`refuses the name "${name}"`, async () => {
      await expectError('EVENT_TYPE_INVALID', () => defineEvents({ [name]: payload() }));
    });
  }

  it('refuses two names that share a listener method', async () => {
    const error = await expectError('EVENT_TYPE_COLLISION', () =>
      defineEvents({ 'conversation.status_changed': payload(), 'conversation.status.changed': payload() }),
    );
    expect(error.message).to.include('conversationStatusChanged()');
  });

  it('refuses a replacement that is not declared', async () => {
    const error = await expectError('EVENT_TYPE_UNKNOWN', () =>
      defineEvents({
        'a.opened': payload({ deprecated: { replacement: 'a.creatd' } }),
        'a.created': payload(),
      }),
    );
    expect(error.details.nearest).to.equal('a.created');
  });

  it('names the nearest type for one it does not know', async () => {
    const error = await expectError('EVENT_TYPE_UNKNOWN', () => events.assertKnown('conversation.creatd'));
    expect(error.message).to.equal(
      'Unknown event type "conversation.creatd". Did you mean "conversation.created"?',
    );
  });

  it('suggests nothing where nothing is near', async () => {
    const error = await expectError('EVENT_TYPE_UNKNOWN', () => events.assertKnown('invoice.paid'));
    expect(error.message).to.equal('Unknown event type "invoice.paid".');
  });

  it('knows every type of a declared group', () => {
    expect(events.visibilityOf('github.issues.opened')).to.equal('internal');
    expect(events.visibilityOf('gitlab.push')).to.equal(null);
  });

  it('takes the data as the schema gives it out', async () => {
    expect(await events.validate('message.created', { id: 1, text: ' hi ', extra: true })).to.deep.equal({
      id: 1,
      text: 'hi',
    });
    expect(await events.validate('contact.created', { email: 'a@example.com' })).to.deep.equal({
      email: 'a@example.com',
    });
  });

  it('refuses data that fails the schema, with a text per issue', async () => {
    const error = await expectError('EVENT_DATA_INVALID', () =>
      events.validate('message.created', { id: 'x' }),
    );
    expect(error.details.issues).to.have.length(2);
    expect(error.message).to.match(/id: .*; text: /);
    await expectError('EVENT_DATA_INVALID', () => events.validate('contact.created', { email: 'nobody' }));
  });

  it('answers with a promise only where the schema does', async () => {
    expect(events.validate('message.created', { id: 1, text: 'hi' })).to.deep.equal({ id: 1, text: 'hi' });
    const slow = defineEvents({ 'a.b': z.object({ id: z.number().refine(async (id) => id > 0) }) });
    const validating = slow.validate('a.b', { id: 1 });
    expect(validating).to.be.instanceOf(Promise);
    expect(await validating).to.deep.equal({ id: 1 });
    await expectError('EVENT_DATA_INVALID', () => slow.validate('a.b', { id: 0 }));
  });

  it('knows what is never stored', () => {
    for (const pattern of ['typing.started', 'typing.*', 'presence.left', 'presence.away.*'])
      expect(events.isTransient(pattern), pattern).to.equal(true);
    for (const pattern of ['*', 'presence.*', 'presence.history.kept', 'agent.added', 'github.push'])
      expect(events.isTransient(pattern), pattern).to.equal(false);
  });

  it('refuses a transient type that webhooks could ask for', async () => {
    const options = { transient: true, visibility: 'subscribable' } as object;
    const error = await expectError('OPTION_INVALID', () =>
      defineEvents({ 'typing.started': payload(options) }),
    );
    expect(error.message).to.include('visibility of "typing.started"').and.include('reaches no webhook');
  });

  it('refuses a transient type in the namespace of a source, whose events are stored', async () => {
    const registry = defineEvents({ 'github.*': payload({ transient: true }) });
    await expectError('OPTION_INVALID', () => registry.openNamespace('github'));
    registry.openNamespace('git');
  });

  it('learns of a namespace, though it was asked before', async () => {
    const registry = defineEvents({ 'a.b': payload() });
    await expectError('EVENT_TYPE_UNKNOWN', () => registry.lookUp('stripe.paid'));
    registry.openNamespace('stripe');
    expect(registry.lookUp('stripe.paid').visibility).to.equal('internal');
    expect(registry.lookUp('stripe.paid').visibility).to.equal('internal');
  });

  it('refuses what is no text, as often as it comes', async () => {
    for (const type of [undefined, 7, ['a.b'], 'A.B', 'A.B'])
      await expectError('EVENT_TYPE_INVALID', () => events.lookUp(type as string));
  });

  it('knows which patterns can bring a webhook an event', () => {
    for (const pattern of ['*', 'conversation.*', 'message.created'])
      expect(events.isSubscribable(pattern), pattern).to.equal(true);
    for (const pattern of ['agent.added', 'agent.*', 'invoice.*', 'github.push', 'message.*.x', '', '**']) {
      expect(events.isSubscribable(pattern), pattern).to.equal(false);
    }
  });

  it('keeps the events of an inbound source internal until they are declared', () => {
    const registry = defineEvents({ 'stripe.invoice.paid': payload() });
    registry.openNamespace('stripe');
    expect(registry.visibilityOf('stripe.invoice.paid')).to.equal('subscribable');
    expect(registry.visibilityOf('stripe.invoice.voided')).to.equal('internal');
    registry.assertPattern('stripe.*');
  });
});

describe('groups', () => {
  it('that say more of a type go before those that say less, in whatever order they stand', () => {
    const registry = defineEvents({
      'github.*': payload({ visibility: 'internal' }),
      'github.issues.*': payload({ visibility: 'subscribable' }),
    });
    expect(registry.visibilityOf('github.issues.opened')).to.equal('subscribable');
    expect(registry.visibilityOf('github.push')).to.equal('internal');
  });
});

describe('a registry without declarations', () => {
  it('knows every well-formed type, but for the namespaces of sources', async () => {
    const registry = openRegistry();
    expect(registry.visibilityOf('order.paid')).to.equal('subscribable');
    registry.openNamespace('github');
    expect(registry.visibilityOf('github.push')).to.equal('internal');
    expect(registry.isSubscribable('github.*')).to.equal(false);
    expect(registry.isSubscribable('order.*')).to.equal(true);
    await expectError('EVENT_TYPE_INVALID', () => registry.assertKnown('Order Paid'));
  });
});
