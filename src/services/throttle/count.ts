import type { Store } from '../../store/port.ts';
import type { Bucket } from './keys.ts';
import { networkOf, networksPerSite, siteOf } from './network.ts';

const minute = 60_000;
/** The networks of a site share so many counters, so a site can't fill the store with them. */
const bucketsPerSite = 64;

/** Adds one to a counter that starts anew after `windowMs`, and returns its value. */
export type Count = (name: string, windowMs: number) => Promise<number>;

export const createCount = (store: Store): Count => {
  const countAll = createCountAll(store);
  return async (name, windowMs) => {
    const [counted = 1] = await countAll([name], windowMs);
    return counted;
  };
};

/** The same for several counters in one round trip. */
export type CountAll = (names: readonly string[], windowMs: number) => Promise<readonly number[]>;

export const createCountAll =
  (store: Store): CountAll =>
  (names, windowMs) =>
    store.increment(
      names.map((name) => `throttle ${name}`),
      windowMs,
    );

/** Counts one use by an address in this minute. False when the address or its site is over the limit. */
export type CountAddress = (what: string, address: string, perMinute: number) => Promise<boolean>;

export const createCountAddress =
  (count: Count, bucket: Bucket): CountAddress =>
  async (what, address, perMinute) => {
    if (perMinute === 0) return true;
    const network = networkOf(address);
    const site = siteOf(address);
    if (site === network) return (await count(`${what} ${bucket(what, network)}`, minute)) <= perMinute;
    const part = Number.parseInt(bucket(network), 36) % bucketsPerSite;
    // The network comes first. Otherwise one network could use up what the site has.
    const ofNetwork = await count(`${what} ${bucket(what, site, String(part))}`, minute);
    if (ofNetwork > perMinute) return false;
    return (await count(`${what} ${bucket(what, site)}`, minute)) <= perMinute * networksPerSite;
  };
