import type { Config } from '#config';

/** The settings that keys depend on. */
export type KeysConfig = Pick<Config, 'mode' | 'keys' | 'resources'> & {
  readonly store: Pick<Config['store'], 'url'>;
  readonly security: Pick<Config['security'], 'key_encryption_key'>;
  readonly tokens: Pick<
    Config['tokens'],
    'access_token_ttl' | 'client_credentials_ttl' | 'id_token_ttl' | 'session_ttl'
  >;
};
