import { AsyncLocalStorage } from 'node:async_hooks';
import { Sequelize } from 'sequelize';

/** In the suite it is called in, transactions are kept in Sequelize's CLS. */
export function useCls(): void {
  const storage = new AsyncLocalStorage<Map<string, unknown>>();
  const namespace = {
    run: (work: (context: unknown) => unknown) => storage.run(new Map(storage.getStore()), work, {}),
    bind: (work: unknown) => work,
    get: (key: string) => storage.getStore()?.get(key),
    set: (key: string, value: unknown) => storage.getStore()?.set(key, value),
  };

  beforeEach(() => {
    Sequelize.useCLS(namespace);
  });
  afterEach(() => {
    Reflect.deleteProperty(Sequelize, '_cls');
  });
}
