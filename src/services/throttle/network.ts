import { isIP, isIPv6 } from 'node:net';

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));

/** The unit that is counted: an IPv4 address, or the /64 within which an IPv6 subscriber chooses addresses freely. */
export const networkOf = (address: string): string => {
  if (!address.includes(':')) return address;
  const plain = address.split('%')[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined && isIP(mapped) === 4) return mapped;
  if (!isIPv6(plain)) return plain;
  const [left = '', right] = plain.split('::');
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  // A dotted tail counts as two groups. They are in the lower half, which is cut off.
  const length = head.length + tail.length + (plain.includes('.') ? 1 : 0);
  const whole = [...head, ...Array.from({ length: 8 - length }, () => '0'), ...tail];
  return `${whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};
