import type { Config } from '#config';
import type { Store } from '../../store/port.ts';
import { groupsNamedBy, readStoredList } from '../upstreams/stored-record.ts';
import { groupNamesIn } from './check-names.ts';

interface ListedClients {
  list(options: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly items: readonly { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> }[];
    readonly next?: string;
  }>;
}

interface Dependencies {
  readonly config: Pick<Config, 'accounts' | 'clients' | 'resources' | 'upstreams'>;
  readonly clients: ListedClients;
  readonly store: Pick<Store, 'read'>;
}

/** What would keep everyone out, or stop the next start, if the group were gone. */
export const findGroupUse = async (
  { config, clients, store }: Dependencies,
  name: string,
): Promise<string | undefined> => {
  const configured = groupNamesIn(config).find((one) => one.name === name);
  if (configured !== undefined) return `${configured.path} of the configuration`;
  const { upstreams } = await readStoredList(store);
  const upstream = upstreams.find(({ settings }) => groupsNamedBy(settings).includes(name));
  if (upstream !== undefined) return `groups of the upstream ${upstream.id}`;
  let cursor: string | undefined;
  do {
    const page = await clients.list({ limit: 500, ...(cursor !== undefined && { cursor }) });
    const client = page.items.find(({ metadata }) => {
      const allowed: unknown = metadata['allowed_groups'];
      return Array.isArray(allowed) && allowed.includes(name);
    });
    if (client !== undefined) return `allowed_groups of the client ${client.id}`;
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
};
