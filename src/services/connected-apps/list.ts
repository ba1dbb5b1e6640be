import type { Store } from '../../store/port.ts';
import { listRecords } from '../audit/index.ts';
import type { ClientRecord, Clients } from '../clients/index.ts';
import { type GrantSummary, readGrant } from '../sessions/index.ts';
import { type Allowed, consentBody, decodeItems, itemFieldsOf, sinceField } from './consent-record.ts';

/** An application that holds grants of an account, or that the person has allowed something. */
export interface ConnectedApp {
  readonly client: string;
  /** Undefined for a client that was deleted. */
  readonly record?: ClientRecord;
  /** What the person has allowed, and what its grants are for. */
  readonly allowed: Allowed;
  /** Milliseconds since the epoch, as the next one. */
  readonly connectedAt: number;
  /** When it last got a code or tokens, as far as the audit record and its grants tell. */
  readonly usedAt?: number;
  /** Whether it holds grants now. Otherwise it may get one without asking. */
  readonly isActive: boolean;
  /** The client described itself, and the operator has not checked that. */
  readonly isSelfRegistered: boolean;
}

interface Dependencies {
  readonly store: Store;
  readonly clients: Pick<Clients, 'get'>;
}

const pageSize = 100;
/** So many pages are read of each index at most: an account may have very many grants. */
const maxPages = 20;

interface Found {
  readonly consents: { readonly allowed: Allowed; readonly at: number }[];
  readonly grants: GrantSummary[];
}

/** What an account has, newest first. */
async function* listedOf(store: Store, index: string, account: string) {
  let cursor: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await store.list(index, account, {
      limit: pageSize,
      order: 'descending',
      ...(cursor !== undefined && { cursor }),
    });
    yield* page.items;
    cursor = page.next;
    if (cursor === undefined) return;
  }
}

const union = (lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())].sort();

const mergeAllowed = ({ consents, grants }: Found): Allowed => {
  const all = [
    ...consents.map(({ allowed }) => allowed),
    ...grants.map((grant) => ({ claims: [], ...grant })),
  ];
  const audiences = union(all.map(({ resources }) => Object.keys(resources)));
  return {
    scopes: union(all.map(({ scopes }) => scopes)),
    claims: union(all.map(({ claims }) => claims)),
    resources: Object.fromEntries(
      audiences.map((audience) => [audience, union(all.map(({ resources }) => resources[audience] ?? []))]),
    ),
  };
};

const usesOfTokens = new Set(['token.issued', 'authorization.granted']);
const auditPageSize = 200;
const maxAuditPages = 3;

/** When each of these clients last got something for the account, if that is among its latest records. */
const lastUses = async (
  store: Store,
  account: string,
  clients: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> => {
  const found = new Map<string, number>();
  let cursor: string | undefined;
  for (let pages = 0; pages < maxAuditPages && found.size < clients.size; pages += 1) {
    const page = await listRecords(
      store,
      { account },
      { limit: auditPageSize, ...(cursor !== undefined && { cursor }) },
    );
    for (const { type, outcome, client, at } of page.items) {
      if (outcome !== 'ok' || !usesOfTokens.has(type) || client === undefined) continue;
      if (clients.has(client) && !found.has(client)) found.set(client, at);
    }
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return found;
};

/** What a deleted client of the same id had before isn't this client's. Grants have the time in seconds. */
const since = (createdAt: number, { consents, grants }: Found): Found => ({
  consents: consents.filter(({ at }) => at >= createdAt),
  grants: grants.filter(({ grantedAt }) => grantedAt >= Math.floor(createdAt / 1000) * 1000),
});

/** Lists the applications that have access to an account, those used last first. */
export const createListApps =
  ({ store, clients }: Dependencies) =>
  async (account: string): Promise<readonly ConnectedApp[]> => {
    const found = new Map<string, Found>();
    const of = (client: string): Found => {
      const known = found.get(client) ?? { consents: [], grants: [] };
      found.set(client, known);
      return known;
    };
    for await (const { key, document, at } of listedOf(store, 'consents', account)) {
      const items = document.body === consentBody ? itemFieldsOf(document) : [];
      if (items.length === 0) continue;
      of(key.id).consents.push({
        allowed: decodeItems(items),
        at: Number(document.fields[sinceField] ?? at),
      });
    }
    for await (const listed of listedOf(store, 'live', account)) {
      const grant = readGrant(listed);
      if (grant) of(grant.client).grants.push(grant);
    }

    const uses = await lastUses(store, account, new Set(found.keys()));
    const apps = await Promise.all(
      [...found].map(async ([client, ofId]): Promise<ConnectedApp | undefined> => {
        const record = await clients.get(client);
        const all = since(record?.createdAt ?? 0, ofId);
        if (all.consents.length === 0 && all.grants.length === 0) return undefined;
        const granted = all.grants.map(({ grantedAt }) => grantedAt);
        const usedAt = Math.max(...granted, uses.get(client) ?? 0);
        return {
          client,
          ...(record && { record }),
          allowed: mergeAllowed(all),
          connectedAt: Math.min(...granted, ...all.consents.map(({ at }) => at)),
          ...(usedAt > 0 && { usedAt }),
          isActive: granted.length > 0,
          isSelfRegistered: record?.from === 'registration',
        };
      }),
    );
    // People sign in to their account pages by a client of the server itself.
    const ofOthers = apps
      .filter((app) => app !== undefined)
      .filter(({ record }) => record?.from !== 'built-in');
    return ofOthers.toSorted((one, other) => (other.usedAt ?? 0) - (one.usedAt ?? 0));
  };
