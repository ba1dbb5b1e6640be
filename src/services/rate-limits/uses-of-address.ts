import { networkOf, networksPerSite, siteOf } from '../throttle/index.ts';

export interface LimitedUse {
  /** The kind of use, as an endpoint. */
  readonly what: string;
  /** The address or client that is limited. */
  readonly who: string;
  /** Uses per minute. 0 means no limit. */
  readonly limit: number;
}

/** Counts an address and, for IPv6, its site as well. `of` narrows the count, as to one client. */
export const usesOfAddress = (
  what: string,
  address: string,
  limit: number,
  of?: string,
): readonly LimitedUse[] => {
  const network = networkOf(address);
  const site = siteOf(address);
  const named = (who: string) => (of === undefined ? who : `${who} ${of}`);
  const use = { what, who: named(network), limit };
  return site === network ? [use] : [use, { what, who: named(site), limit: networksPerSite * limit }];
};
