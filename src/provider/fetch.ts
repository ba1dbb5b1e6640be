import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Configuration } from 'oidc-provider';
import type { Events } from '../events.ts';
import { type Outbound, reachOf } from './networks.ts';

export type Fetch = NonNullable<Configuration['fetch']>;

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, found: LookupAddress[]) => void,
) => void;

interface Surroundings {
  readonly events?: Pick<Events, 'emit'>;
  readonly resolve?: Resolve;
}

/** Of one answer: a key set or a list of URIs is a fraction of it. */
const mostBytes = 256 * 1024;
const mostMs = 2500;
/** RFC 1035 §2.3.4. */
const longestName = 253;

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

const headersOf = ({ headersDistinct }: IncomingMessage): Headers => {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
};

/**
 * For addresses that clients name (`jwks_uri`, `sector_identifier_uri`, where they are told of a logout …): https, the
 * Internet or a network that the operator named, no redirect, nothing unpacked, an end in time and in size. In
 * development neighbours may be reached as well, by http too.
 */
export const createFetch = (config: Outbound, { events, resolve = lookup }: Surroundings = {}): Fetch => {
  const isWithinReach = reachOf(config);

  const refuse = (host: string): Error => {
    const details = { host: host.slice(0, longestName) };
    events?.emit({ type: 'fetch.refused', outcome: 'refused', reason: 'address_refused', details });
    return new Error('the address is not one that may be fetched; see security.outbound.allowed_networks');
  };

  /** Judges the very addresses that are then connected to, so that no second resolution can differ. */
  const resolveWithinReach: LookupFunction = (hostname, options, callback) =>
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error) return callback(error, '', 0);
      if (!first || !found.every(({ address }) => isWithinReach(address))) {
        return callback(refuse(hostname), '', 0);
      }
      return options.all ? callback(null, found) : callback(null, first.address, first.family);
    });

  const mayBeAsked = ({ protocol, hostname, username, password }: URL): boolean => {
    const schemes = config.mode === 'development' ? ['https:', 'http:'] : ['https:'];
    const literal = hostname.replace(/^\[|\]$/g, '');
    const isElsewhere = isIP(literal) > 0 && !isWithinReach(literal);
    return schemes.includes(protocol) && username === '' && password === '' && !isElsewhere;
  };

  return (target, options = {}) => {
    const url = new URL(target instanceof Request ? target.url : target);
    if (!mayBeAsked(url)) return Promise.reject(refuse(url.hostname));
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
          lookup: resolveWithinReach,
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
