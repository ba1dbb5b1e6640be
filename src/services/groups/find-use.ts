import type { Config } from '#config';
import { groupNamesIn } from './check-names.ts';

interface ListedClients {
  list(options: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly items: readonly { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> }[];
    readonly next?: string;
  }>;
}

/** What would keep everyone out, or stop the next start, if the group were gone. */
export const findGroupUse = async (
  config: Pick<Config, 'accounts' | 'clients' | 'resources' | 'upstreams'>,
  clients: ListedClients,
  name: string,
): Promise<string | undefined> => {
  const configured = groupNamesIn(config).find((one) => one.name === name);
  if (configured !== undefined) return `${configured.path} of the configuration`;
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
