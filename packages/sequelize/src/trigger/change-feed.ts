import { type Feed, HooklineError, isHooklineError, type Store } from '@hookline/core';
import { errorFields } from '@hookline/core/adapter';
import type { Sequelize, Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import type { ModelHub } from '../binding/model-binding.js';
import { openDatabase } from '../database.js';
import { lookAt } from './changes-table.js';
import { tablesOfStore } from './store-tables.js';
import { sourcesOf, takeChanges } from './take-changes.js';

/** Makes events of what triggers have recorded of the tables of a hub's models in one database. */
export class ChangeFeed implements Feed {
  readonly name = 'row changes';
  readonly #sequelize: Sequelize;
  readonly #hub: ModelHub;
  readonly #plans = new Set<BindingPlan>();
  /** Those that should have triggers and have none, as it was told in the log. */
  #missing: ReadonlySet<BindingPlan> = new Set();

  constructor(sequelize: Sequelize, hub: ModelHub) {
    this.#sequelize = sequelize;
    this.#hub = hub;
  }

  add(plan: BindingPlan): void {
    this.#plans.add(plan);
  }

  /** Answers how many are left. */
  remove(plan: BindingPlan): number {
    this.#plans.delete(plan);
    return this.#plans.size;
  }

  async pull(store: Store): Promise<number> {
    const plans = [...this.#plans];
    const expecting = plans.filter(({ capture }) => capture === 'trigger');
    const tables = this.#sequelize.getDialect() === 'postgres' ? tablesOfStore(store) : null;
    if (tables === null) return this.#tell(expecting);
    const database = openDatabase(this.#sequelize, tables);
    const outlook = await lookAt(database.run, tables, sourcesOf(plans), sourcesOf(expecting)).catch(
      nullElsewhere,
    );
    if (outlook === null) return this.#tell(expecting);
    this.#tell(expecting.filter(({ table }) => outlook.uncaptured.has(table)));
    if (!outlook.waits) return 0;
    return this.#transact((transaction) => {
      const run: typeof database.run = (sql, binds) => database.run(sql, binds, transaction);
      return takeChanges({ hub: this.#hub, plans, tables, run, transaction });
    });
  }

  /** In which each statement sees what was committed before it began, whatever level the app chose for its own. */
  #transact(work: (transaction: Transaction) => Promise<number>): Promise<number> {
    const options = { isolationLevel: 'READ COMMITTED', logging: false } as const;
    return this.#sequelize.transaction(options as never, work);
  }

  /** Once for each, and again where it goes missing again. */
  #tell(missing: readonly BindingPlan[]): 0 {
    for (const plan of missing) {
      if (this.#missing.has(plan)) continue;
      const { model, table } = plan;
      const error = new HooklineError('CAPTURE_MISSING', { model: model.name, table });
      this.#hub.logger?.error(errorFields(error), 'changes of a table make no events');
    }
    this.#missing = new Set(missing);
    return 0;
  }
}

/** The hub has found the tables of its store: where they are not, the models are in another database. */
function nullElsewhere(error: unknown): null {
  if (isHooklineError(error) && error.code === 'ERR_HOOKLINE_MIGRATION_PENDING') return null;
  throw error;
}
