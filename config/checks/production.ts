import { type Rule, when } from './rule.ts';

export const productionHasItsOwnKey: Rule = {
  needs: ['mode', 'security'],
  check: ({ mode, security }) =>
    when(
      mode === 'production' && security.key_encryption_key === undefined,
      ['security', 'key_encryption_key'],
      'Is missing: production needs your own key. Make one with `openssl rand -base64 32` and name its file in POSTERN_SECURITY__KEY_ENCRYPTION_KEY_FILE.',
    ),
};

export const productionHasNoDemo: Rule = {
  needs: ['mode', 'demo'],
  check: ({ mode, demo }) =>
    when(
      mode === 'production' && demo === true,
      ['demo'],
      'Production refuses demo data: remove this key, or set it to false.',
    ),
};

export const productionStoreLasts: Rule = {
  needs: ['mode', 'store'],
  check: ({ mode, store }) =>
    when(
      mode === 'production' && store.url === 'memory:',
      ['store', 'url'],
      'Production refuses memory:, which loses everything at each stop. Use sqlite:PATH or redis://HOST.',
    ),
};

/** A configuration file ends up in backups, images and version control. */
export const productionSecretsAreNotPlain: Rule = {
  needs: ['mode', 'clients', 'accounts', 'mail', 'upstreams'],
  check: ({ mode, clients, accounts, mail, upstreams }, { isFromFile }) => {
    if (mode !== 'production') return [];
    const plain = (value: string | undefined, path: readonly string[], instead?: string) =>
      when(
        value !== undefined && !isFromFile(path),
        path,
        `Production refuses a secret in plain text. Use ${path.at(-1)}_file with the name of a file that holds it${instead === undefined ? '' : `, or ${instead}`}.`,
      );
    return [
      ...clients.flatMap((client, index) => [
        ...plain(
          client.client_secret,
          ['clients', String(index), 'client_secret'],
          'secrets with a hash instead',
        ),
        ...(client.secrets ?? []).flatMap((secret, position) =>
          plain(
            secret.value,
            ['clients', String(index), 'secrets', String(position), 'value'],
            'hash instead',
          ),
        ),
      ]),
      ...accounts.flatMap((account, index) =>
        plain(account.password, ['accounts', String(index), 'password'], 'password_hash instead'),
      ),
      ...plain(mail?.password, ['mail', 'password']),
      ...upstreams.flatMap((upstream, index) =>
        plain(upstream.client_secret, ['upstreams', String(index), 'client_secret']),
      ),
    ];
  },
};
