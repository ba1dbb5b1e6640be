import { displayOf, homepageOf, loginUrlOf } from '../../http/interactions/client-display.ts';
import { hasAccess } from '../../provider/access.ts';
import type { Account } from '../../services/accounts/index.ts';
import type { ClientRecord } from '../../services/clients/index.ts';
import type { OpenableApp } from '../../views/pages/account-apps.ts';
import type { AccountAppsDependencies } from './dependencies.ts';

const pageSize = 200;
/** An installation has few applications; clients that registered themselves may be very many. */
const maxPages = 5;

const mayOpen = ({ from, metadata }: ClientRecord, account: Account): boolean =>
  from !== 'registration' &&
  (metadata['initiate_login_uri'] !== undefined || metadata['client_uri'] !== undefined) &&
  hasAccess(metadata, account.groups);

/**
 * The applications of the operator that this person may use and that say where they begin. A client that registered
 * itself could name any page.
 */
export const listOpenableApps = async (
  { config, clients, engine }: AccountAppsDependencies,
  account: Account,
): Promise<readonly OpenableApp[]> => {
  const { provider } = engine();
  const found: OpenableApp[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await clients.list({ limit: pageSize, ...(cursor !== undefined && { cursor }) });
    for (const record of page.items) {
      if (!mayOpen(record, account) || clients.isStopped(record.id)) continue;
      const client = await provider.Client.find(record.id);
      const href = client && (loginUrlOf(client, config.issuer) ?? homepageOf(client));
      if (client && href !== undefined) found.push({ client: displayOf(client), href });
    }
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return found.toSorted((one, other) => one.client.name.localeCompare(other.client.name));
};
