import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from './port.ts';
import { UnitOfWork } from './unit-of-work.ts';

const storage = new AsyncLocalStorage<UnitOfWork>();

/** The unit of work of the current request, if there is one. */
export const currentUnitOfWork = (): UnitOfWork | undefined => storage.getStore();

/** Runs `action` in the current unit of work or in a new one. The caller commits a new one. */
export const runInUnitOfWork = <T>(store: Store, action: (work: UnitOfWork, isNew: boolean) => T): T => {
  const current = storage.getStore();
  if (current) return action(current, false);
  const work = new UnitOfWork(store);
  return storage.run(work, () => action(work, true));
};
