import type { Store, Write } from '#src/store/port.ts';

type IsHeld = (writes: readonly Write[]) => boolean;

const hold = (store: Store, isHeld: IsHeld, { after = 0, isDone = false } = {}) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const commit = store.commit.bind(store);
  let passed = 0;
  // The store is a plain object, and the server calls its methods by name.
  Object.assign(store, {
    async commit(writes: readonly Write[]) {
      if (!isHeld(writes) || passed++ < after) return commit(writes);
      Object.assign(store, { commit });
      const result = isDone ? await commit(writes) : undefined;
      arrive();
      await released;
      return isDone ? result : commit(writes);
    },
  });
  return { arrived, release };
};

/**
 * Holds back a commit until it is released: the next one that `isHeld` wants, after as many others that it wants as
 * `after` says.
 */
export const holdCommit = (store: Store, isHeld: IsHeld, after = 0) => hold(store, isHeld, { after });

/** Makes the next commit that `isHeld` wants, and holds back that it is done. */
export const holdCommitted = (store: Store, isHeld: IsHeld) => hold(store, isHeld, { isDone: true });
