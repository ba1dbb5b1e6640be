import type { Timing } from './driver.ts';
import type { Names } from './keys.ts';
import type { Link } from './link.ts';
import { scripts } from './scripts.ts';

/** Counters are never asked for twice: a lost answer counts as one step too many at most. */
export const createTally = (link: Link, names: Names, timing: Timing) => {
  const count = async (keys: string[], windowMs: number): Promise<number[]> => {
    const args = [scripts.tally, String(keys.length), ...keys, String(Math.ceil(windowMs))];
    const reply = await link.ask('evalsha', args, { limitMs: timing.operationTimeoutMs, once: true });
    if (!Array.isArray(reply)) throw new TypeError('Redis gave an answer that is no list');
    return reply.map(Number);
  };

  return async (counters: readonly string[], windowMs: number): Promise<readonly number[]> => {
    const keys = counters.map(names.counter);
    if (!link.clustered) return count(keys, windowMs);
    const slots = new Map<string, number[]>();
    for (const [at, key] of keys.entries()) slots.set(key, [...(slots.get(key) ?? []), at]);
    const values = new Array<number>(keys.length).fill(0);
    await Promise.all(
      Array.from(slots, async ([key, places]) => {
        const found = await count(
          places.map(() => key),
          windowMs,
        );
        for (const [i, at] of places.entries()) values[at] = found[i] ?? 0;
      }),
    );
    return values;
  };
};
