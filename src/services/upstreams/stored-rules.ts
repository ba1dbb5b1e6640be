import { type Config, checkStoredUpstream, type StoredUpstreamSettings, type UpstreamConfig } from '#config';
import type { Groups } from '../groups/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import { checkStoredList } from './check-stored-list.ts';
import { upstreamInUse, upstreamRefused } from './stored-errors.ts';
import { providerOf, type StoredList, type StoredUpstream, secretContext } from './stored-record.ts';

export interface ListedClients {
  list(options: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly items: readonly { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> }[];
    readonly next?: string;
  }>;
}

/** Rules for an upstream that an operator adds, changes or removes. Each throws what it finds. */
export interface StoredUpstreamRules {
  /** Checks settings with their secret beside the other upstreams, and returns them with defaults. */
  check(list: StoredList, settings: StoredUpstreamSettings): UpstreamConfig;
  /** The same for settings whose secret is stored. */
  checkChanged(list: StoredList, changed: Changed): void;
  /** Only a server knows the groups of the store. A mistyped one would give no one anything. */
  requireGroups(names: readonly string[]): Promise<void>;
  /** The people of another provider would sign in as those of this one. */
  requireSameProvider(former: StoredUpstreamSettings, settings: StoredUpstreamSettings): void;
  /** Without a list that names it, people could never sign in to such a client. */
  requireUnused(id: string): Promise<void>;
}

interface Changed {
  readonly settings: StoredUpstreamSettings;
  readonly encryptedSecret: StoredUpstream['encryptedSecret'] | undefined;
}

interface Dependencies {
  readonly config: Config;
  readonly cipher: SecretCipher;
  readonly clients: ListedClients;
  readonly groups: Pick<Groups, 'unknown'>;
}

const maxLength = 16_384;

export const createStoredUpstreamRules = ({
  config,
  cipher,
  clients,
  groups,
}: Dependencies): StoredUpstreamRules => {
  const check: StoredUpstreamRules['check'] = (list, settings) => {
    const { id } = settings;
    const others = checkStoredList(list, { config, cipher }).flatMap(({ stored, upstream }) =>
      upstream === undefined || stored.id === id ? [] : [upstream],
    );
    const { upstream, problems } = checkStoredUpstream(settings, config, [...config.upstreams, ...others]);
    if (!upstream) throw upstreamRefused(problems);
    if (JSON.stringify(settings).length > maxLength)
      throw upstreamRefused([{ field: 'upstream', message: `Is longer than ${maxLength} characters.` }]);
    return upstream;
  };

  return {
    check,
    checkChanged(list, { settings, encryptedSecret }) {
      const secret =
        encryptedSecret && cipher.decrypt(encryptedSecret, secretContext(String(settings['id'])));
      check(list, { ...settings, ...(secret !== undefined && { client_secret: secret }) });
    },
    async requireGroups(names) {
      const unknown = await groups.unknown([...new Set(names)]);
      if (unknown.length === 0) return;
      throw upstreamRefused(
        unknown.map((name) => ({
          field: 'groups',
          message: `There is no group ${name}; \`group add\` makes one.`,
        })),
      );
    },
    requireSameProvider(former, settings) {
      if (providerOf(former) === providerOf(settings)) return;
      throw upstreamRefused([
        {
          field: 'issuer',
          message:
            'Issuer, preset and oauth2 say whose people these are, and can not be changed; add another upstream.',
        },
      ]);
    },
    async requireUnused(id) {
      let cursor: string | undefined;
      do {
        const page = await clients.list({ limit: 500, ...(cursor !== undefined && { cursor }) });
        const client = page.items.find(({ metadata }) => [metadata['allowed_upstreams']].flat().includes(id));
        if (client) throw upstreamInUse(id, client.id);
        cursor = page.next;
      } while (cursor !== undefined);
    },
  };
};
