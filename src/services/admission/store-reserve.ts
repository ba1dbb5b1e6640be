import type { Space, Store } from '../../store/port.ts';

/** A reading counts as current for so long. */
const maxAgeMs = 1_000;
/** While less than this many reserves are free, the space is read once a second also when no request asks. */
const watchedReserves = 2;
const maxReserveBytes = 256 * 1024 * 1024;
/** Between two polls the space is read again after a process has stored this part of what was left above the reserve. */
const readingsPerSpace = 16;
const minBytesPerReading = 64 * 1024;
/** Beside its text a record takes a name, a lifetime and what the allocator rounds up to. */
const storedBytes = (bytes: number): number => Math.ceil(bytes * 1.25) + 256;

export interface StoreReserve {
  /** Whether less than this many reserves are free. */
  isFreeLessThan(reserves: number): boolean;
  /** Records that so much was stored, which the next reading includes. */
  add(bytes: number): void;
  start(): Promise<() => Promise<void>>;
}

interface Dependencies {
  readonly store: Pick<Store, 'space'>;
  /** The part of the space that is kept free. 0 switches the reserve off. */
  readonly percent: number;
}

/**
 * The space of the store that is kept free for people who are signed in. It is read in the background, so no request
 * waits for it; what this process stores meanwhile is added up. When the space can't be read, the last reading counts.
 * A server that no request asks reads nothing while there is enough, and goes on reading while there is little: so a
 * request after a pause is never refused because of an old reading.
 */
export const createStoreReserve = ({ store, percent }: Dependencies): StoreReserve => {
  let space: Space | undefined;
  let reading: Promise<void> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let added = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;

  const reserveOf = ({ totalBytes }: Space): number =>
    Math.min((totalBytes * percent) / 100, maxReserveBytes);

  const read = async (): Promise<void> => {
    const before = added;
    try {
      space = await store.space();
      added -= before;
    } catch {
      // The store is unavailable, or doesn't tell.
    }
    readAt = performance.now();
  };
  const isLess = (reserves: number): boolean =>
    space !== undefined && space.freeBytes - added < reserves * reserveOf(space);

  const readOnce = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined;
      clearTimeout(timer);
      if (!stopped && isLess(watchedReserves)) timer = setTimeout(readOnce, maxAgeMs).unref();
    });
    return reading;
  };

  return {
    isFreeLessThan(reserves) {
      if (!stopped && performance.now() - readAt >= maxAgeMs) void readOnce();
      return isLess(reserves);
    },
    add(bytes) {
      added += storedBytes(bytes);
      if (space === undefined) return;
      const left = space.freeBytes - reserveOf(space);
      if (added > Math.max(left / readingsPerSpace, minBytesPerReading)) void readOnce();
    },
    async start() {
      if (percent === 0) return async () => {};
      stopped = false;
      await readOnce();
      return async () => {
        stopped = true;
        clearTimeout(timer);
        await reading;
      };
    },
  };
};
