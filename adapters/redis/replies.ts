import { StoreUnavailable } from '#src/store/errors.ts';

/**
 * The driver types replies as unknown. One of another form comes from a broken proxy, or from another program at the
 * address of Redis: nothing it says may count, least of all as "there is no such document".
 */
export const invalidReply = (): StoreUnavailable => new StoreUnavailable('Redis gave an invalid answer');

const isText = (item: unknown): item is string => typeof item === 'string';

const toList = (reply: unknown): readonly unknown[] => {
  if (!Array.isArray(reply)) throw invalidReply();
  return reply;
};

export const toTexts = (reply: unknown): string[] => {
  const texts = toList(reply).filter(isText);
  if (texts.length !== toList(reply).length) throw invalidReply();
  return texts;
};

/** Every count is at least 1, because it was just incremented. NaN would pass every limit check. */
export const toCounts = (reply: unknown, counters: number): number[] => {
  const counts = toList(reply).map(Number);
  if (counts.length !== counters || !counts.every((count) => Number.isInteger(count) && count > 0))
    throw invalidReply();
  return counts;
};
