import type { Test } from 'tap';

/** Asserts that the condition holds for each item, and shows those for which it doesn't. An empty list fails. */
export const assertEach = <T>(
  t: Test,
  items: readonly T[],
  holds: (item: T) => unknown,
  message = 'each item holds',
): void => {
  t.same(items.length === 0 ? ['there are no items'] : items.filter((item) => !holds(item)), [], message);
};
