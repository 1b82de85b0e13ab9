import { AsyncLocalStorage } from 'node:async_hooks';
import { Sequelize } from 'sequelize';

const storage = new AsyncLocalStorage<Map<string, unknown>>();
const namespace = {
  run: (work: (context: unknown) => unknown) => storage.run(new Map(storage.getStore()), work, {}),
  bind: (work: unknown) => work,
  get: (key: string) => storage.getStore()?.get(key),
  set: (key: string, value: unknown) => storage.getStore()?.set(key, value),
};

/** While this runs, Sequelize keeps its transactions in a CLS. */
export async function inCls(run: () => Promise<unknown>): Promise<void> {
  Sequelize.useCLS(namespace);
  try {
    await run();
  } finally {
    Reflect.deleteProperty(Sequelize, '_cls');
  }
}
