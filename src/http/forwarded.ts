import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** As RFC 7239 §6 has it: some proxies add the port that the caller came from. */
const withPort = /^(?:\[(.+)\]|([^:]+))(?::\d+)?$/;

const addressIn = (entry: string): string => {
  const told = entry.trim();
  const [, six, four] = withPort.exec(told) ?? [];
  return six ?? four ?? told;
};

/**
 * Leaves of `X-Forwarded-For` the addresses that stand last. A name, or `unknown`, would be limited and told of as an
 * address; what stands before it came over somebody who is not known, so the nearest one counts that is.
 */
export const readAddressesOnly = ({ server }: FastifyInstance): void => {
  // Ahead of whoever asks for an address.
  server.prependListener('request', ({ headers }) => {
    const { 'x-forwarded-for': told } = headers;
    if (told === undefined) return;
    const addresses = String(told).split(',').map(addressIn);
    const other = addresses.findLastIndex((address) => isIP(address) === 0);
    headers['x-forwarded-for'] = addresses.slice(other + 1).join();
  });
};
