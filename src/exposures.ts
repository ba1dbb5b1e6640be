import { statSync } from 'node:fs';
import { storeConnection } from '#adapters/index.ts';
import type { Config } from '#config';
import { collectFindings, type Finding } from './services/doctor/finding.ts';
import { keyEncryptionKeyFile } from './services/keys/index.ts';

/** The permissions of a file; undefined when there is no such file or it may not be looked at. Windows has none. */
const modeOf = (file: string): number | undefined => {
  if (process.platform === 'win32') return undefined;
  try {
    return statSync(file).mode & 0o777;
  } catch {
    return undefined;
  }
};

const othersMayRead = 0o004;

/**
 * Ways past this server to what it protects: a network where others read along with the store, and secrets in files that
 * every user of the machine can read. `start` warns of them, and the doctor reports them.
 */
export const findExposures = async (
  config: Config,
  secretFiles: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> => {
  const { found, warning } = collectFindings('configuration');
  const connection = config.mode === 'production' ? await storeConnection(config.store.url) : undefined;
  if (connection?.isEncrypted === false) {
    warning(
      'store_unencrypted',
      'Redis is reached without TLS: who can read that network can read sessions, and answer in place of the store.',
      'Use rediss:// in store.url, or tls=true for sentinels and clusters.',
    );
  }
  if (connection?.isAuthenticated === false) {
    warning(
      'store_without_password',
      'Redis is reached without a password: everything that can connect to it can read and change the store.',
      'Give Redis a user or a password (requirepass), and name it in store.url.',
    );
  }
  const ownKey = keyEncryptionKeyFile(config);
  const files = new Map([...secretFiles, ...(ownKey === undefined ? [] : [['', ownKey] as const])]);
  for (const [path, file] of files) {
    const mode = modeOf(file);
    if (mode === undefined || (mode & othersMayRead) === 0) continue;
    warning(
      'secret_file_readable',
      `Every user of this machine can read ${file} (mode ${mode.toString(8)}), which holds ${path || 'the key encryption key'}.`,
      `Run \`chmod o= ${file}\`, and replace the secret if others use this machine.`,
    );
  }
  return found;
};
