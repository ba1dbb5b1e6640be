import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from './port.ts';
import { UnitOfWork } from './unit-of-work.ts';

const works = new AsyncLocalStorage<UnitOfWork>();

/** The unit of work of the request that is being served, if one is. */
export const currentWork = (): UnitOfWork | undefined => works.getStore();

/** Runs `action` in the work that is under way, or in a new one; whoever opens it commits it. */
export const withWork = <T>(store: Store, action: (work: UnitOfWork, opened: boolean) => T): T => {
  const current = works.getStore();
  if (current) return action(current, false);
  const work = new UnitOfWork(store);
  return works.run(work, () => action(work, true));
};
