import { isIPv6 } from 'node:net';

/** Replaces a dotted tail by two groups. */
const undotted = (address: string): string =>
  address.replace(/(?<!\d)(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });

/** The eight groups of an IPv6 address. */
const groupsOf = (address: string): readonly number[] => {
  const [left = [], right = []] = undotted(address)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
};

/** IPv4-mapped addresses (RFC 4291 §2.5.5.2), and those that a NAT64 in front makes of IPv4 (RFC 6052 §2.1). */
const ipv4Prefixes = [
  [0, 0, 0, 0, 0, 0xffff],
  [0x64, 0xff9b, 0, 0, 0, 0],
];

const ipv4In = (groups: readonly number[]): string | undefined =>
  ipv4Prefixes.some((prefix) => prefix.every((group, at) => group === groups[at]))
    ? groups
        .slice(6)
        .flatMap((group) => [group >> 8, group & 255])
        .join('.')
    : undefined;

const prefixOf = (address: string, bits: 48 | 64): string => {
  if (!address.includes(':')) return address;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return plain;
  const groups = groupsOf(plain);
  const prefix = groups.slice(0, bits / 16).map((group) => group.toString(16));
  return ipv4In(groups) ?? `${prefix.join(':')}::/${bits}`;
};

/** The unit that is counted: an IPv4 address, or the /64 within which an IPv6 subscriber chooses addresses freely. */
export const networkOf = (address: string): string => prefixOf(address, 64);

/** A site has 65,536 networks of one party, which get as much as this many of them. */
export const networksPerSite = 4;

/** What one party can get as a whole: an IPv4 address, or the /48 of an IPv6 site with 65,536 networks (RFC 6177). */
export const siteOf = (address: string): string => prefixOf(address, 48);
