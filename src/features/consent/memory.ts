import { currentWork } from '../../store/current-work.ts';
import type { Key, Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';

/** What one account allowed one client, longer than any session or token lives. */
export interface Allowed {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

export const nothing: Allowed = { scopes: [], claims: [], resources: {} };

const version = 1;

const keyOf = (account: string, client: string): Key => ({ kind: 'consent', family: account, id: client });

export const recall = async (store: Store, account: string, client: string): Promise<Allowed | undefined> => {
  const work = currentWork() ?? new UnitOfWork(store);
  const document = await work.read(keyOf(account, client));
  if (!document) return undefined;
  const { v, ...allowed } = JSON.parse(document.body);
  return v === version ? allowed : undefined;
};

/** Staged: kept if the request that asked is. */
export const remember = (account: string, client: string, allowed: Allowed, now: number): void => {
  currentWork()?.stage({
    op: 'put',
    key: keyOf(account, client),
    body: JSON.stringify({ v: version, ...allowed }),
    index: [{ index: 'consents', of: account, at: now }],
  });
};

const union = (one: readonly string[] = [], other: readonly string[] = []): readonly string[] => [
  ...new Set([...one, ...other]),
];

/** What was allowed before and now, but for what was taken back. */
export const joined = (one: Allowed, other: Allowed, left: Pick<Allowed, 'scopes' | 'claims'>): Allowed => ({
  scopes: union(one.scopes, other.scopes).filter((scope) => !left.scopes.includes(scope)),
  claims: union(one.claims, other.claims).filter((claim) => !left.claims.includes(claim)),
  resources: Object.fromEntries(
    union(Object.keys(one.resources), Object.keys(other.resources)).map((audience) => [
      audience,
      union(one.resources[audience], other.resources[audience]),
    ]),
  ),
});
