/**
 * Opens the store that `store.url` names. This file knows the schemes; the folder of an adapter has everything else, and
 * only the chosen adapter is loaded.
 *
 * To add an adapter: write a folder with an `open…` function that returns a `Store`, add its schemes here and to the
 * format `store-url` in config/schema/formats.ts, and run test/contract/store.ts against it.
 */
import { InvalidStoreUrl } from '#src/store/errors.ts';
import type { Clock, OnStoreOperation, Store } from '#src/store/port.ts';

export interface StoreOptions {
  readonly clock: Clock;
  readonly observe?: OnStoreOperation;
  /** The limit of one round trip. */
  readonly operationTimeoutMs?: number;
  /** Redis: the limit of an operation with its retries. */
  readonly deadlineMs?: number;
  /** Redis: the beginning of every key. */
  readonly prefix?: string;
  /** Embedded: which crashes a commit survives. */
  readonly synchronous?: 'normal' | 'full';
  /** Embedded: the kinds whose commits always survive a crash of the machine. */
  readonly durableKinds?: readonly string[];
  /** Embedded: fail with `StoreNotFound` instead of creating a missing file. */
  readonly mustExist?: boolean;
}

const redisSchemes = ['redis', 'rediss', 'redis+sentinel', 'redis+cluster', 'redis+unix'];

/** Messages repeat only the scheme of a store URL, because the rest may contain a password. */
const schemeOf = (url: string): string | undefined => /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();

const embeddedPath = (url: string): string => {
  const path = url.slice(url.indexOf(':') + 1).replace(/^\/\//, '');
  if (path !== '') return path;
  throw new InvalidStoreUrl(
    'store.url names no file: write sqlite:PATH, for example sqlite:./data/postern.db',
  );
};

/** Checks the parts of a store URL without opening the store. Throws `InvalidStoreUrl`. */
export const checkStoreUrl = async (url: string): Promise<void> => {
  const scheme = schemeOf(url);
  if (scheme === 'sqlite') embeddedPath(url);
  if (scheme === undefined || !redisSchemes.includes(scheme)) return;
  const { parseAddress } = await import('./redis/address.ts');
  parseAddress(url);
};

/** Whether others on the network can read what goes to the store, and whether it asks who connects. */
export interface StoreConnection {
  readonly isEncrypted: boolean;
  readonly isAuthenticated: boolean;
}

/** Undefined for a store that isn't reached over a network. */
export const storeConnection = async (url: string): Promise<StoreConnection | undefined> => {
  if (!redisSchemes.includes(schemeOf(url) ?? '')) return undefined;
  const { connectionOf, parseAddress } = await import('./redis/address.ts');
  return connectionOf(parseAddress(url));
};

/** Copies a store that is one file, beside the servers on it. */
export const backupStore = async (url: string, target: string): Promise<void> => {
  const { backupFile } = await import('./embedded/backup.ts');
  await backupFile(embeddedPath(url), target);
};

/** Puts a copy of a file that `backupStore` wrote in the place of a store that no program has open. */
export const restoreStore = async (backup: string, url: string, overwrite: boolean): Promise<void> => {
  const { restoreFile } = await import('./embedded/restore.ts');
  await restoreFile(backup, embeddedPath(url), overwrite);
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
