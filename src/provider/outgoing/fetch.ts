import { lookup } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import type { Configuration } from 'oidc-provider';
import type { Events } from '../../events.ts';
import { createAddressFilter, type OutboundConfig } from './networks.ts';
import type { Resolve } from './resolve.ts';

export type Fetch = NonNullable<Configuration['fetch']>;

interface Dependencies {
  readonly events?: Pick<Events, 'emit'>;
  /** Default: as the operating system does, for hosts that the operator names. */
  readonly resolve?: Resolve;
  /** How long a request may take. */
  readonly maxMs?: number;
  /** The setting that lists the networks, for the message about an address outside of them. */
  readonly setting?: string;
}

/** The largest body that is read. A key set or a list of URIs is a fraction of it. */
const maxBytes = 256 * 1024;
const defaultMaxMs = 2500;
/** RFC 1035 §2.3.4. */
const maxNameLength = 253;

const readBody = async (response: IncomingMessage): Promise<Buffer<ArrayBuffer>> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
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

/** Throws for a status that no response can have: Node reads three digits, and `Response` takes 200 to 599. */
const readResponse = async (response: IncomingMessage): Promise<Response> => {
  const content = await readBody(response);
  const { statusCode: status = 502 } = response;
  const isWithoutBody = status === 204 || status === 205 || status === 304;
  return new Response(isWithoutBody ? null : content, { status, headers: headersOf(response) });
};

/**
 * Fetches URLs that clients name (`jwks_uri`, `sector_identifier_uri`, logout and ping notifications), and those of
 * upstreams. It uses https,
 * connects only to the Internet and to networks that the operator lists, follows no redirect, decompresses nothing, and
 * is limited in time and size. In development it also reaches private addresses, and http.
 */
export const createFetch = (
  config: OutboundConfig,
  {
    events,
    resolve = lookup,
    maxMs = defaultMaxMs,
    setting = 'security.outbound.allowed_networks',
  }: Dependencies = {},
): Fetch => {
  const isAllowedAddress = createAddressFilter(config);

  const refuse = (host: string): Error => {
    const details = { host: host.slice(0, maxNameLength) };
    events?.emit({ type: 'fetch.refused', outcome: 'refused', reason: 'address_refused', details });
    return new Error(`the address may not be fetched; see ${setting}`);
  };

  /** Checks the addresses that the socket then connects to, so that a second resolution can't differ (DNS rebinding). */
  const resolveAllowed: LookupFunction = (hostname, options, callback) =>
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error) return callback(error, '', 0);
      if (!first || !found.every(({ address }) => isAllowedAddress(address))) {
        return callback(refuse(hostname), '', 0);
      }
      return options.all ? callback(null, found) : callback(null, first.address, first.family);
    });

  const isAllowedUrl = ({ protocol, hostname, username, password }: URL): boolean => {
    const schemes = config.mode === 'development' ? ['https:', 'http:'] : ['https:'];
    const literal = hostname.replace(/^\[|\]$/g, '');
    const isForbiddenAddress = isIP(literal) > 0 && !isAllowedAddress(literal);
    return schemes.includes(protocol) && username === '' && password === '' && !isForbiddenAddress;
  };

  return async (target, options = {}) => {
    const url = new URL(target instanceof Request ? target.url : target);
    if (!isAllowedUrl(url)) throw refuse(url.hostname);
    const body = options.body === undefined || options.body === null ? undefined : String(options.body);
    const headers = new Headers(options.headers);
    if (body !== undefined) headers.set('content-length', String(Buffer.byteLength(body)));
    const signal = AbortSignal.any([AbortSignal.timeout(maxMs), ...(options.signal ? [options.signal] : [])]);
    // Few servers fetch anything, and TLS takes time and memory at each start.
    const { request: send } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));

    return new Promise((settle, fail) => {
      // The deadline holds for the caller, whatever becomes of the connection.
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      const request = send(
        url,
        {
          method: options.method ?? 'GET',
          headers: Object.fromEntries(headers),
          agent: false,
          signal,
          lookup: resolveAllowed,
        },
        (response) => {
          readResponse(response).then(settle, fail);
        },
      );
      request.on('error', fail);
      // Node closes the connection of a 101 (RFC 9110 §15.2.2) that has no listener, and says nothing.
      request.once('upgrade', (_response, socket) => {
        socket.destroy();
        fail(new Error('the answer changes to a protocol that was not asked for'));
      });
      request.end(body);
    });
  };
};
