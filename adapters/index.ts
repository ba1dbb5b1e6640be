/**
 * The stores that an operator can choose from, by the scheme of `store.url`. Owns the schemes and nothing else; what a
 * store does is in the folder of its adapter, and only the one chosen is loaded.
 */
import { InvalidStoreUrl } from '#src/store/errors.ts';
import type { Clock, OnStoreOperation, Store } from '#src/store/port.ts';

export interface StoreOptions {
  readonly clock: Clock;
  readonly observe?: OnStoreOperation;
  /** One trip to the store. */
  readonly operationTimeoutMs?: number;
  /** Redis: an operation with its retries. */
  readonly deadlineMs?: number;
  /** Redis: what every key begins with. */
  readonly prefix?: string;
  /** Embedded: how much of a crash a commit survives. */
  readonly synchronous?: 'normal' | 'full';
  /** Embedded: the kinds whose commits survive a crash of the machine at any rate. */
  readonly durableKinds?: readonly string[];
  /** Embedded: a file that is not there is `Missing`, and no store is begun in its place. */
  readonly mustExist?: boolean;
}

const redisSchemes = ['redis', 'rediss', 'redis+sentinel', 'redis+cluster', 'redis+unix'];

/** A URL of a store may hold a password: only its scheme is ever repeated. */
const schemeOf = (url: string): string | undefined => /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();

const embeddedPath = (url: string): string => {
  const path = url.slice(url.indexOf(':') + 1).replace(/^\/\//, '');
  if (path !== '') return path;
  throw new InvalidStoreUrl(
    'store.url names no file: write sqlite:PATH, for example sqlite:./data/postern.db',
  );
};

export const openStore = async (url: string, options: StoreOptions): Promise<Store> => {
  const scheme = schemeOf(url);
  if (scheme === 'memory' || scheme === 'sqlite') {
    const { openEmbedded } = await import('./embedded/index.ts');
    const { deadlineMs: _, prefix: __, ...embedded } = options;
    return openEmbedded({ ...embedded, path: scheme === 'memory' ? ':memory:' : embeddedPath(url) });
  }
  if (scheme !== undefined && redisSchemes.includes(scheme)) {
    const { openRedis } = await import('./redis/index.ts');
    const { synchronous: _, durableKinds: __, mustExist: ___, ...redis } = options;
    return openRedis({ ...redis, url });
  }
  const known = ['memory:', 'sqlite:PATH', ...redisSchemes.map((name) => `${name}://…`)].join(', ');
  const found = scheme === undefined ? 'has no scheme' : `has the unknown scheme ${scheme}:`;
  throw new InvalidStoreUrl(`store.url ${found}: use one of ${known}`);
};
