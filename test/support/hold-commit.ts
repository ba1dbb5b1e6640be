import type { Store, Write } from '#src/store/port.ts';

/**
 * Holds back a commit until it is released: the next one that `isHeld` wants, after as many others that it wants as
 * `after` says.
 */
export const holdCommit = (store: Store, isHeld: (writes: readonly Write[]) => boolean, after = 0) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const commit = store.commit.bind(store);
  let passed = 0;
  // The store is a plain object, and the server calls its methods by name.
  Object.assign(store, {
    async commit(writes: readonly Write[]) {
      if (!isHeld(writes) || passed++ < after) return commit(writes);
      Object.assign(store, { commit });
      arrive();
      await released;
      return commit(writes);
    },
  });
  return { arrived, release };
};
