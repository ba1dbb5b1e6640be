import { currentWork } from '../../store/current-work.ts';
import type { Document, Key, Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';

/** What one account allowed one client, longer than any session or token lives. */
export interface Allowed {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** What was asked for and left out. */
export type Left = Pick<Allowed, 'scopes' | 'claims'>;

export const nothing: Allowed = { scopes: [], claims: [], resources: {} };

const body = JSON.stringify({ v: 1 });

const keyOf = (account: string, client: string): Key => ({ kind: 'consent', family: account, id: client });

/** Everything that is allowed is a part of its own: of two answers given at once, both are kept. */
const partOf = (...names: readonly [kind: 'scope' | 'claim' | 'at', ...of: string[]]): string =>
  names.map(encodeURIComponent).join(':');

const partsOf = ({ scopes, claims, resources = {} }: Left & Partial<Allowed>): readonly string[] => [
  ...scopes.map((name) => partOf('scope', name)),
  ...claims.map((name) => partOf('claim', name)),
  ...Object.entries(resources).flatMap(([audience, names]) =>
    names.map((name) => partOf('at', audience, name)),
  ),
];

const allowedIn = ({ parts }: Document): Allowed => {
  const scopes: string[] = [];
  const claims: string[] = [];
  const resources = new Map<string, string[]>();
  for (const part of Object.keys(parts)) {
    const [kind, name = '', scope = ''] = part.split(':').map(decodeURIComponent);
    if (kind === 'scope') scopes.push(name);
    if (kind === 'claim') claims.push(name);
    if (kind === 'at') resources.set(name, [...(resources.get(name) ?? []), scope]);
  }
  return { scopes, claims, resources: Object.fromEntries(resources) };
};

export const recall = async (store: Store, account: string, client: string): Promise<Allowed | undefined> => {
  const work = currentWork() ?? new UnitOfWork(store);
  const document = await work.read(keyOf(account, client));
  return document?.body === body ? allowedIn(document) : undefined;
};

interface Answer {
  readonly account: string;
  readonly client: string;
  readonly allowed: Allowed;
  /** Taken back, whenever it was allowed. */
  readonly left: Left;
  readonly at: number;
}

/** Staged, on top of what was allowed before: kept if the request that asked is. */
export const remember = async ({ account, client, allowed, left, at }: Answer): Promise<void> => {
  const work = currentWork();
  if (!work) return;
  const key = keyOf(account, client);
  if ((await work.read(key)) === undefined) {
    // Another answer may come first, and has made it then.
    work.stage({ op: 'insert', key, body }, { errand: 'first consent', lost: () => 'already done' });
  }
  work.stage({
    op: 'merge',
    key,
    parts: {
      ...Object.fromEntries(partsOf(left).map((part) => [part, null])),
      ...Object.fromEntries(partsOf(allowed).map((part) => [part, ''])),
    },
    index: [{ index: 'consents', of: account, at }],
    // Taken back meanwhile: stays so.
    ifAbsent: 'skip',
  });
};
