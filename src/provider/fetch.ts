import { lookup as resolve } from 'node:dns';
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';

type Fetch = NonNullable<Configuration['fetch']>;

/** Of one answer: a key set or a list of URIs is a fraction of it. */
const mostBytes = 256 * 1024;
const mostMs = 2500;

/** IANA special-purpose registries: nothing a client may name is there. IPv4 blocks also hold for `::ffff:…`. */
const special = new BlockList();
for (const block of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24',
  '203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
]
  .join(' ')
  .split(' ')) {
  const [network = '', bits] = block.split('/');
  special.addSubnet(network, Number(bits), 'ipv4');
}
for (const block of [
  '::/127 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16',
  'fc00::/7 fe80::/10 fec0::/10 ff00::/8',
]
  .join(' ')
  .split(' ')) {
  const [network = '', bits] = block.split('/');
  special.addSubnet(network, Number(bits), 'ipv6');
}

const isSpecial = (address: string): boolean => special.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const refused = (): Error => new Error('the address is not one that may be fetched');

/** Judges the very addresses that are then connected to, so that no second resolution can differ. */
const publicOnly: LookupFunction = (hostname, options, callback) =>
  resolve(hostname, { ...options, all: true }, (error, found) => {
    const [first] = found ?? [];
    if (error || !first) return callback(error ?? refused(), '', 0);
    if (found.some(({ address }) => isSpecial(address))) return callback(refused(), '', 0);
    return options.all ? callback(null, found) : callback(null, first.address, first.family);
  });

const contentOf = async (answer: IncomingMessage): Promise<Buffer<ArrayBuffer>> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`the answer is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
};

const isLoopback = (hostname: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

/**
 * For addresses that clients name (`jwks_uri`, `sector_identifier_uri`, where they are told of a logout …): https,
 * no address inside a network, no redirect, an end in time and in size. A server that runs on loopback itself, or in
 * development, may also reach its neighbours.
 */
export const createFetch = ({ issuer, mode }: Pick<Config, 'issuer' | 'mode'>): Fetch => {
  const anywhere = mode === 'development' || isLoopback(new URL(issuer).hostname);

  return (target, options = {}) => {
    const url = new URL(target instanceof Request ? target.url : target);
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (!anywhere && (url.protocol !== 'https:' || (isIP(literal) > 0 && isSpecial(literal)))) {
      return Promise.reject(refused());
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return Promise.reject(refused());
    const body = options.body === undefined || options.body === null ? undefined : String(options.body);
    const headers = new Headers(options.headers);
    if (body !== undefined) headers.set('content-length', String(Buffer.byteLength(body)));
    const signals = [AbortSignal.timeout(mostMs), ...(options.signal ? [options.signal] : [])];

    return new Promise((settle, fail) => {
      const send = url.protocol === 'https:' ? overHttps : overHttp;
      const request = send(
        url,
        {
          method: options.method ?? 'GET',
          headers: Object.fromEntries(headers),
          agent: false,
          signal: AbortSignal.any(signals),
          ...(!anywhere && { lookup: publicOnly }),
        },
        (answer) => {
          contentOf(answer).then((content) => {
            const { statusCode: status = 502 } = answer;
            const bare = status === 204 || status === 205 || status === 304;
            settle(new Response(bare ? null : content, { status, headers: headersOf(answer) }));
          }, fail);
        },
      );
      request.on('error', fail);
      request.end(body);
    });
  };
};

const headersOf = ({ headersDistinct }: IncomingMessage): Headers => {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
};
