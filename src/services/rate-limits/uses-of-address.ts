import { networkOf, networksPerSite, siteOf } from '../throttle/index.ts';

export interface LimitedUse {
  /** What is counted: a kind of use, as an endpoint, and the address or client that is limited. */
  readonly name: string;
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
  const nameOf = (who: string) => (of === undefined ? `${what} ${who}` : `${what} ${who} ${of}`);
  const use = { name: nameOf(network), limit };
  return site === network ? [use] : [use, { name: nameOf(site), limit: networksPerSite * limit }];
};
