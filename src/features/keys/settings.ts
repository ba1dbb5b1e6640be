import type { Config } from '#config';

/** What keys depend on. */
export type KeysConfig = Pick<Config, 'mode' | 'keys' | 'tokens' | 'resources'> & {
  readonly store: Pick<Config['store'], 'url'>;
  readonly security: Pick<Config['security'], 'key_encryption_key'>;
};
