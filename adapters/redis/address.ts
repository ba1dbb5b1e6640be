import { readFileSync } from 'node:fs';
import type { RedisOptions } from 'ioredis';
import { InvalidStoreUrl } from '#src/store/errors.ts';

/** The driver's options. Its own type clashes with exact optional properties in `replyMapping`. */
export type DriverOptions = Omit<RedisOptions, 'replyMapping'>;

interface Node {
  readonly host: string;
  readonly port: number;
}

export type Address =
  | { readonly kind: 'single'; readonly options: DriverOptions }
  | { readonly kind: 'cluster'; readonly nodes: readonly Node[]; readonly options: DriverOptions };

const loopback = /^(localhost|127(\.\d+){3}|::1)$/;

/** Undefined for a socket of this machine. Nothing leaves the machine on its way to a loopback address either. */
export const connectionOf = (
  address: Address,
): { readonly isEncrypted: boolean; readonly isAuthenticated: boolean } | undefined => {
  const { path, tls, password, host, sentinels } = address.options;
  if (path !== undefined) return undefined;
  const hosts = address.kind === 'cluster' ? address.nodes : (sentinels ?? [{ host }]);
  const isLocal = hosts.every((node) => loopback.test(node.host ?? ''));
  return {
    isEncrypted: tls !== undefined || isLocal,
    // A certificate tells Redis who connects, too.
    isAuthenticated: password !== undefined || (typeof tls === 'object' && tls.cert !== undefined),
  };
};

const examples = {
  redis: 'redis://USER:PASSWORD@HOST:6379/0',
  rediss: 'rediss://USER:PASSWORD@HOST:6379/0?ca=/path/to/ca.pem',
  'redis+unix': 'redis+unix:///run/redis.sock?db=0',
  'redis+sentinel': 'redis+sentinel://HOST:26379,HOST:26379/NAME?db=0',
  'redis+cluster': 'redis+cluster://HOST:6379,HOST:6379',
} as const;
type Scheme = keyof typeof examples;

const parameters = new Set([
  'db',
  'tls',
  'ca',
  'cert',
  'key',
  'servername',
  'sentinel_username',
  'sentinel_password',
]);

/** Error messages never repeat the URL, because it may contain a password. */
export const parseAddress = (url: string): Address => {
  const match = /^([a-z+]+):\/\/(?:([^/?#]*)@)?([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(url);
  const scheme = match?.[1];
  if (!match || !isScheme(scheme))
    throw new InvalidStoreUrl(
      `store.url is not an address of Redis: write one like ${Object.values(examples).join(' or ')}.`,
    );
  const invalid = (problem: string): InvalidStoreUrl =>
    new InvalidStoreUrl(`store.url ${problem}: write it like ${examples[scheme]}.`);
  const [, , user, hosts = '', path = '', search = ''] = match;
  const query = new URLSearchParams(search);
  for (const name of query.keys())
    if (!parameters.has(name)) throw invalid(`has an unknown parameter "${name}"`);

  const options: DriverOptions = { ...credentials(user, invalid), ...database(query.get('db'), invalid) };
  const secure = scheme === 'rediss' || query.get('tls') === 'true';
  if (secure) options.tls = certificates(query);
  else if (query.has('ca') || query.has('cert'))
    throw invalid('names certificates without TLS (rediss:// or tls=true)');

  if (scheme === 'redis+unix') {
    if (hosts !== '' || path.length < 2) throw invalid('names no socket');
    return { kind: 'single', options: { ...options, path: decoded(path) } };
  }
  const nodes = hosts
    .split(',')
    .map((text) => node(text, scheme === 'redis+sentinel' ? 26_379 : 6_379, invalid));
  const [first] = nodes;
  if (!first) throw invalid('names no host');
  const tail = decoded(path.slice(1));
  switch (scheme) {
    case 'redis+sentinel': {
      if (tail === '') throw invalid('does not name the primary that the sentinels watch');
      const sentinels: DriverOptions = { sentinels: [...nodes], name: tail, role: 'master' };
      const [username, password] = [query.get('sentinel_username'), query.get('sentinel_password')];
      if (username !== null) sentinels.sentinelUsername = username;
      if (password !== null) sentinels.sentinelPassword = password;
      if (options.tls) Object.assign(sentinels, { enableTLSForSentinelMode: true, sentinelTLS: options.tls });
      return { kind: 'single', options: { ...options, ...sentinels } };
    }
    case 'redis+cluster':
      if (tail !== '' || (options.db ?? 0) !== 0)
        throw invalid('names a database, and a cluster has only one');
      return { kind: 'cluster', nodes, options };
    default:
      if (nodes.length > 1)
        throw invalid('names several hosts (for these there are redis+sentinel and redis+cluster)');
      return { kind: 'single', options: { ...options, ...first, ...database(tail || null, invalid) } };
  }
};

const isScheme = (text: string | undefined): text is Scheme =>
  text !== undefined && Object.hasOwn(examples, text);

type Invalid = (problem: string) => InvalidStoreUrl;

const credentials = (user: string | undefined, invalid: Invalid): DriverOptions => {
  if (user === undefined) return {};
  const colon = user.indexOf(':');
  if (colon === -1) throw invalid('has a user without a password');
  const [username, password] = [decoded(user.slice(0, colon)), decoded(user.slice(colon + 1))];
  return username === '' ? { password } : { username, password };
};

const database = (text: string | null, invalid: Invalid): DriverOptions => {
  if (text === null) return {};
  if (!/^\d{1,5}$/.test(text)) throw invalid('names a database that is not a number');
  return { db: Number(text) };
};

const node = (text: string, defaultPort: number, invalid: Invalid): Node => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  if (!match?.[1]) throw invalid('names no host');
  const port = match[2] ? Number(match[2]) : defaultPort;
  if (port < 1 || port > 65_535) throw invalid('names a port that is not from 1 to 65535');
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
};

const certificates = (query: URLSearchParams): NonNullable<DriverOptions['tls']> => {
  const read = (name: string): string | undefined => {
    const file = query.get(name);
    if (file === null) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (cause) {
      throw new InvalidStoreUrl(`store.url: the file "${file}" of its ${name} parameter can't be read.`, {
        cause,
      });
    }
  };
  const [ca, cert, key, servername] = [read('ca'), read('cert'), read('key'), query.get('servername')];
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), ...(servername && { servername }) };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
