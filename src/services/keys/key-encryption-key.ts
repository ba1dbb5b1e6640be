import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitCode, Failure } from '../../errors.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { makeFolder } from '../../store/folder.ts';
import { giveFile, otherOwnerOf } from '../../store/owner.ts';
import type { Store } from '../../store/port.ts';
import { createSecretCipher, type SecretCipher } from './secret-cipher.ts';
import type { KeysConfig } from './settings.ts';

const fileName = 'key-encryption-key';
const name = 'security.key_encryption_key';

const refuse = (message: string, cause?: unknown): Failure =>
  new Failure({ code: 'key_encryption_key', message, exit: exitCode.configuration, cause });

const bytesOf = (text: string): Buffer | undefined => {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  return bytes.length === 32 && /^[\w+/=-]+$/.test(text) ? bytes : undefined;
};

const parse = (text: string, where: string): Buffer => {
  const bytes = bytesOf(text.trim());
  if (bytes) return bytes;
  throw refuse(`${where} is not a key of 32 bytes: make one with \`openssl rand -base64 32\`.`);
};

const pathOf = (url: string): string => {
  const file = /^sqlite:(?:\/\/)?([^?]+)/.exec(url)?.[1];
  return join(file ? dirname(file) : 'data', fileName);
};

/** The file of the key that the server creates; undefined when the configuration or the store needs no such file. */
export const keyEncryptionKeyFile = ({ mode, security, store }: KeysConfig): string | undefined =>
  mode === 'production' || security.key_encryption_key !== undefined || store.url.startsWith('memory:')
    ? undefined
    : pathOf(store.url);

const readIfPresent = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Writes a temporary file and links it. So when several processes start at once one wins, and none reads half a file. */
const create = (path: string): void => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  makeFolder(dirname(path));
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    giveFile(descriptor, otherOwnerOf(dirname(path)));
    writeFileSync(descriptor, `${randomBytes(32).toString('base64url')}\n`, { flush: true });
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(temporary);
  }
};

/**
 * Whether the store holds anything encrypted: keys, or the audit chains that commands write before keys exist. Only the
 * key that encrypted it can decrypt it.
 */
const holdsEncrypted = async (store: Store): Promise<boolean> => {
  const lists = ['keys', 'audit-chains'].map((index) => store.list(index, 'all', { limit: 1 }));
  return (await Promise.all(lists)).some(({ items }) => items.length > 0);
};

const readOrCreate = async (path: string, store: Store): Promise<string | undefined> => {
  const text = readIfPresent(path);
  if (text !== undefined) return text;
  if (!(await holdsEncrypted(store))) create(path);
  // Another process may have created the key, and then encrypted with it, since the file was looked for.
  return readIfPresent(path);
};

/** A store in memory ends with its process, and so may its key encryption key. */
const keysOfMemoryStores = new WeakMap<Store, Buffer>();

const keyForMemoryStore = (store: Store): Buffer => {
  const key = keysOfMemoryStores.get(store) ?? randomBytes(32);
  keysOfMemoryStores.set(store, key);
  return key;
};

export interface KeyEncryptionKey {
  readonly bytes: Buffer;
  /** Where the operator finds it: a path, or the name of the setting. */
  readonly origin: string;
}

const readOrCreateFile = async (url: string, store: Store): Promise<KeyEncryptionKey> => {
  const path = pathOf(url);
  let text: string | undefined;
  try {
    text = await readOrCreate(path, store);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    throw refuse(
      `The key encryption key can't be kept in ${path}: make the folder writable or set ${name}.`,
      error,
    );
  }
  if (text !== undefined) return { bytes: parse(text, path), origin: path };
  throw refuse(
    `The key encryption key is gone from ${path}, and the store holds data encrypted with it: put it back, or set ${name} to it.`,
  );
};

/** Reads the key encryption key. It is created only while the store holds nothing encrypted. */
export const keyEncryptionKey = async (config: KeysConfig, store: Store): Promise<KeyEncryptionKey> => {
  const configured = config.security.key_encryption_key;
  if (configured !== undefined) return { bytes: parse(configured, name), origin: name };
  if (config.mode === 'production') {
    throw refuse(`In production ${name} must be set: make one with \`openssl rand -base64 32\`.`);
  }
  const { url } = config.store;
  return url.startsWith('memory:')
    ? { bytes: keyForMemoryStore(store), origin: name }
    : readOrCreateFile(url, store);
};

/** The cipher alone, for callers that need no keys. */
export const loadSecretCipher = async (config: KeysConfig, store: Store): Promise<SecretCipher> =>
  createSecretCipher((await keyEncryptionKey(config, store)).bytes);

export const wrongKeyEncryptionKey = (origin: string): Failure =>
  refuse(
    `The keys in the store were encrypted with another key encryption key than ${origin}: put the former one back.`,
  );
