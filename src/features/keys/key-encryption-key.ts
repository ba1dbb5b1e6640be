import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitCode, Failure } from '#src/errors.ts';
import type { Store } from '#src/store/port.ts';
import { type Box, createBox } from './box.ts';
import type { KeysConfig } from './settings.ts';

const fileName = 'key-encryption-key';

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

const readOr = (path: string, absent: () => void): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    absent();
    return readFileSync(path, 'utf8');
  }
};

/** Written aside and then linked: of several first starts one wins, and none reads half a file. */
const create = (path: string): void => {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(aside, `${randomBytes(32).toString('base64url')}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(aside);
  }
};

/** A store in memory forgets its keys with the process, and so may we. */
const ofMemory = new WeakMap<Store, Buffer>();

const forMemory = (store: Store): Buffer => {
  const key = ofMemory.get(store) ?? randomBytes(32);
  ofMemory.set(store, key);
  return key;
};

export interface KeyEncryptionKey {
  readonly bytes: Buffer;
  /** What an operator calls it. */
  readonly origin: string;
}

export const keyEncryptionKey = (config: KeysConfig, store: Store): KeyEncryptionKey => {
  const configured = config.security.key_encryption_key;
  const name = 'security.key_encryption_key';
  if (configured !== undefined) return { bytes: parse(configured, name), origin: name };
  if (config.mode === 'production') {
    throw refuse(`In production ${name} must be set: make one with \`openssl rand -base64 32\`.`);
  }
  if (config.store.url.startsWith('memory:')) return { bytes: forMemory(store), origin: name };
  const path = pathOf(config.store.url);
  try {
    return {
      bytes: parse(
        readOr(path, () => create(path)),
        path,
      ),
      origin: path,
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refuse(
      `The key encryption key can't be kept in ${path}: make the folder writable or set ${name}.`,
      error,
    );
  }
};

/** For those who seal, but have no business with the keys. */
export const boxOf = (config: KeysConfig, store: Store): Box =>
  createBox(keyEncryptionKey(config, store).bytes);

export const wrongKeyEncryptionKey = (origin: string): Failure =>
  refuse(
    `The keys in the store were sealed with another key encryption key than ${origin}: put the former one back.`,
  );
