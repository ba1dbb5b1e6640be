import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Document, Key, Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';

/** What one account allowed one client, longer than any session or token lives. */
export interface Allowed {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** What was asked for and left out. */
export type Declined = Pick<Allowed, 'scopes' | 'claims'>;

export const nothingAllowed: Allowed = { scopes: [], claims: [], resources: {} };

const body = JSON.stringify({ v: 1 });

const consentKey = (account: string, client: string): Key => ({
  kind: 'consent',
  family: account,
  id: client,
});

/** Everything that is allowed is a part of its own: of two answers given at once, both are kept. */
const fieldNameOf = (...names: readonly [kind: 'scope' | 'claim' | 'at', ...of: string[]]): string =>
  names.map(encodeURIComponent).join(':');

const fieldNamesOf = ({ scopes, claims, resources = {} }: Declined & Partial<Allowed>): readonly string[] => [
  ...scopes.map((name) => fieldNameOf('scope', name)),
  ...claims.map((name) => fieldNameOf('claim', name)),
  ...Object.entries(resources).flatMap(([audience, names]) =>
    names.map((name) => fieldNameOf('at', audience, name)),
  ),
];

const decodeAllowed = ({ fields }: Document): Allowed => {
  const scopes: string[] = [];
  const claims: string[] = [];
  const resources = new Map<string, string[]>();
  for (const fieldName of Object.keys(fields)) {
    const [kind, name = '', scope = ''] = fieldName.split(':').map(decodeURIComponent);
    if (kind === 'scope') scopes.push(name);
    if (kind === 'claim') claims.push(name);
    if (kind === 'at') resources.set(name, [...(resources.get(name) ?? []), scope]);
  }
  return { scopes, claims, resources: Object.fromEntries(resources) };
};

export const loadConsent = async (
  store: Store,
  account: string,
  client: string,
): Promise<Allowed | undefined> => {
  const work = currentUnitOfWork() ?? new UnitOfWork(store);
  const document = await work.read(consentKey(account, client));
  return document?.body === body ? decodeAllowed(document) : undefined;
};

interface ConsentDecision {
  readonly account: string;
  readonly client: string;
  readonly allowed: Allowed;
  /** Taken back, whenever it was allowed. */
  readonly declined: Declined;
  readonly decidedAt: number;
}

/** Staged, on top of what was allowed before: kept if the request that asked is. */
export const saveConsent = async ({
  account,
  client,
  allowed,
  declined,
  decidedAt,
}: ConsentDecision): Promise<void> => {
  const work = currentUnitOfWork();
  if (!work) return;
  const key = consentKey(account, client);
  if ((await work.read(key)) === undefined) {
    // Another answer may come first, and has made it then.
    work.stage({ op: 'insert', key, body }, { batch: 'first consent', onConflict: () => 'already done' });
  }
  work.stage({
    op: 'merge',
    key,
    fields: {
      ...Object.fromEntries(fieldNamesOf(declined).map((fieldName) => [fieldName, null])),
      ...Object.fromEntries(fieldNamesOf(allowed).map((fieldName) => [fieldName, ''])),
    },
    index: [{ index: 'consents', of: account, at: decidedAt }],
    // Taken back meanwhile: stays so.
    ifAbsent: 'skip',
  });
};
