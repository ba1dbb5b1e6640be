import type { Connection } from './connection.ts';
import type { Timing } from './driver.ts';
import type { KeyNames } from './key-names.ts';
import { toCounts } from './replies.ts';
import { scripts } from './scripts.ts';

/** An increment is never resent, so a lost reply makes a counter at most one too high. */
export const createIncrement = (connection: Connection, names: KeyNames, timing: Timing) => {
  const count = async (keys: string[], windowMs: number): Promise<number[]> => {
    const args = [scripts.increment, String(keys.length), ...keys, String(Math.ceil(windowMs))];
    const reply = await connection.send('evalsha', args, {
      limitMs: timing.operationTimeoutMs,
      noResend: true,
    });
    return toCounts(reply, keys.length);
  };

  return async (counters: readonly string[], windowMs: number): Promise<readonly number[]> => {
    if (counters.length === 0) return [];
    const keys = counters.map(names.counter);
    if (!connection.clustered) return count(keys, windowMs);
    const slots = new Map<string, number[]>();
    for (const [at, key] of keys.entries()) slots.set(key, [...(slots.get(key) ?? []), at]);
    const values = new Array<number>(keys.length).fill(0);
    await Promise.all(
      Array.from(slots, async ([key, positions]) => {
        const found = await count(
          positions.map(() => key),
          windowMs,
        );
        for (const [i, at] of positions.entries()) values[at] = found[i] ?? 0;
      }),
    );
    return values;
  };
};
