import type { ReconcileOptions, RowSource } from '@hookline/core';
import { expect } from 'chai';
import { RowSources } from '../../../packages/core/src/rows/row-sources.js';
import { buildHub } from '../../support/build-hub.js';
import { expectError } from '../../support/expect-error.js';

const NOTHING = { checked: 0, created: 0, updated: 0, destroyed: 0 };

function aSource(parts: Partial<RowSource> = {}): RowSource {
  return {
    model: {},
    name: 'Conversation',
    unseen: [],
    snapshotType: null,
    read: async () => ({ events: [], failures: [], next: null }),
    reconcile: async () => NOTHING,
    ...parts,
  };
}

const warnings = (logger: ReturnType<typeof buildHub>['logger']) =>
  logger.of('warn').flatMap(({ fields }) => ('models' in fields ? [fields.models] : []));

describe('hub.reconcile', () => {
  it('asks the rows of the model, with the options it was given', async () => {
    const { hub } = buildHub();
    const asked: ReconcileOptions[] = [];
    const found = { checked: 3, created: 1, updated: 0, destroyed: 0 };
    const source = aSource({
      reconcile: async (options) => {
        asked.push(options);
        return found;
      },
    });
    hub.addRows(aSource());
    hub.addRows(source);
    expect(await hub.reconcile(source.model, { dryRun: true, since: 5 })).to.equal(found);
    await hub.reconcile(source.model);
    expect(asked).to.deep.equal([{ dryRun: true, since: 5 }, {}]);
  });

  for (const [name, model, got] of [
    ['a model that is not bound', class Message {}, 'Message'],
    ['what is no model', {}, 'object'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const { hub } = buildHub();
      hub.addRows(aSource());
      const error = await expectError('OPTION_INVALID', () => hub.reconcile(model));
      expect(error.details).to.include({ option: 'model', got });
    });
  }

  for (const options of [{ dryRunn: true }, { dryRun: 'yes' }, { since: -5 }, { batchSize: 0 }]) {
    it(`refuses ${JSON.stringify(options)}: it would tell everybody of what nobody asked for`, async () => {
      const { hub } = buildHub();
      const source = aSource();
      hub.addRows(source);
      await expectError('OPTION_INVALID', () => hub.reconcile(source.model, options as object));
    });
  }

  it('refuses a model that was taken out again', async () => {
    const { hub } = buildHub();
    const source = aSource();
    const remove = hub.addRows(source);
    expect(await hub.reconcile(source.model)).to.deep.equal(NOTHING);
    remove();
    await expectError('OPTION_INVALID', () => hub.reconcile(source.model));
  });

  it('begins nothing once the hub is closed', async () => {
    const { hub } = buildHub();
    const source = aSource({ reconcile: () => Promise.reject(new Error('begun')) });
    hub.addRows(source);
    await hub.close();
    await expectError('HUB_CLOSED', () => hub.reconcile(source.model));
  });
});

describe('a hub that starts', () => {
  it('warns once of writes that become no events, for all models together', async () => {
    const { hub, logger } = buildHub();
    hub.addRows(aSource({ unseen: ['increment()', 'raw SQL'] }));
    hub.addRows(aSource({ name: 'Message', unseen: ['raw SQL'] }));
    hub.addRows(aSource({ name: 'Agent' }));
    await hub.start();
    await hub.start();
    expect(warnings(logger)).to.deep.equal([
      { Conversation: ['increment()', 'raw SQL'], Message: ['raw SQL'] },
    ]);
  });

  it('warns of nothing where every write becomes an event', async () => {
    const { hub, logger } = buildHub();
    hub.addRows(aSource());
    await hub.start();
    expect(warnings(logger)).to.deep.equal([]);
  });

  it('warns of a model that is bound later on its own', async () => {
    const { hub, logger } = buildHub();
    hub.addRows(aSource({ unseen: ['raw SQL'] }));
    await hub.start();
    hub.addRows(aSource({ name: 'Message', unseen: ['truncate'] }));
    hub.addRows(aSource({ name: 'Agent' }));
    expect(warnings(logger)).to.deep.equal([{ Conversation: ['raw SQL'] }, { Message: ['truncate'] }]);
  });
});

describe('RowSources', () => {
  it('finds a model by the name of its subjects', () => {
    const rows = new RowSources();
    const [conversations, messages] = [aSource(), aSource({ name: 'Message' })];
    const remove = rows.add(conversations);
    rows.add(messages);
    expect(rows.named('Message')).to.equal(messages);
    expect(rows.named('Conversation')).to.equal(conversations);
    remove();
    expect(rows.named('Conversation')).to.equal(null);
  });
});
