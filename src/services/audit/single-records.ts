import { randomInt } from 'node:crypto';

const hourMs = 3_600_000;
/** So many records of its own each name gets in an hour. */
const maxPerHour = 100;
/** Names that share a slot share its number. With a million events an hour a slot has four. */
const slots = 2 ** 18;

export interface SingleRecords {
  /** Counts one record for the name. Returns false when the name has had its number in this hour. */
  take(name: string, at: number): boolean;
}

/** Counts records by name in a fixed amount of memory, so that no number of names can use it up. */
export const createSingleRecords = (): SingleRecords => {
  const counts = new Uint8Array(slots);
  /** Callers who don't know it can't choose a name that shares a slot with another one. */
  const seed = randomInt(2 ** 32);
  let hour = 0;

  /** FNV-1a (32 bits). Its upper bits are mixed in, because the slot is made of the lower ones. */
  const slotOf = (name: string): number => {
    let hash = seed;
    for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    return (hash ^ (hash >>> 15)) & (slots - 1);
  };

  return {
    take(name, at) {
      const current = Math.floor(at / hourMs);
      if (current !== hour) counts.fill(0);
      hour = current;
      const slot = slotOf(name);
      const count = counts[slot] ?? 0;
      if (count >= maxPerHour) return false;
      counts[slot] = count + 1;
      return true;
    },
  };
};
