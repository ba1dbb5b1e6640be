import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';

/** RFC 7239 §6: some proxies append the port that the caller came from. */
const addressWithPort = /^(?:\[(.+)\]|([^:]+))(?::\d+)?$/;

const addressOf = (entry: string): string => {
  const node = entry.trim();
  const [, ipv6, ipv4] = addressWithPort.exec(node) ?? [];
  return ipv6 ?? ipv4 ?? node;
};

/**
 * Keeps only the addresses after the last entry of `X-Forwarded-For` that is no address. Such an entry (a name, or
 * `unknown`) would be limited and logged as an address, and whatever precedes it came from an unidentified sender.
 * Without trusted proxies the header isn't used at all.
 */
export const sanitizeForwardedFor = ({ server }: FastifyInstance, { proxy }: Pick<Config, 'proxy'>): void => {
  if (proxy.trusted.length === 0) return;
  // It comes before Fastify reads the address.
  server.prependListener('request', ({ headers }) => {
    const { 'x-forwarded-for': header } = headers;
    if (header === undefined) return;
    const addresses = String(header).split(',').map(addressOf);
    const lastInvalid = addresses.findLastIndex((address) => isIP(address) === 0);
    headers['x-forwarded-for'] = addresses.slice(lastInvalid + 1).join();
  });
};
