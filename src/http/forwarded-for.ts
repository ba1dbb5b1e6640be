import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** As RFC 7239 §6 has it: some proxies add the port that the caller came from. */
const addressWithPort = /^(?:\[(.+)\]|([^:]+))(?::\d+)?$/;

const addressOf = (entry: string): string => {
  const node = entry.trim();
  const [, six, four] = addressWithPort.exec(node) ?? [];
  return six ?? four ?? node;
};

/**
 * Leaves of `X-Forwarded-For` the addresses that stand last. A name, or `unknown`, would be limited and told of as an
 * address; what stands before it came over somebody who is not known, so the nearest one counts that is.
 */
export const sanitizeForwardedFor = ({ server }: FastifyInstance): void => {
  // Ahead of whoever asks for an address.
  server.prependListener('request', ({ headers }) => {
    const { 'x-forwarded-for': header } = headers;
    if (header === undefined) return;
    const addresses = String(header).split(',').map(addressOf);
    const lastInvalid = addresses.findLastIndex((address) => isIP(address) === 0);
    headers['x-forwarded-for'] = addresses.slice(lastInvalid + 1).join();
  });
};
