import type { Events } from '../../events.ts';
import type { Administrator } from './administrator.ts';

type Described = Readonly<Record<string, unknown>>;

interface Change {
  /** `account.update`, `client.secret_add` … */
  readonly operation: string;
  /** What was changed. */
  readonly account?: string | undefined;
  readonly client?: string | undefined;
  /** What the API shows of it, so no secrets. */
  readonly before?: Described | undefined;
  readonly after?: Described | undefined;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  /** Why nothing was changed, where that belongs to the record. */
  readonly reason?: string;
}

export type RecordChange = (by: Administrator, change: Change) => void;

/** An event is no place for a whole account. */
const maxEntries = 64;
const maxNameLength = 128;

/** What decides about access comes first, so that many other changes in one request can't push it out of the record. */
const first = [
  ...['groups', 'enabled', 'username', 'required', 'acr', 'claims.email', 'claims.email_verified'],
  ...[
    'redirect_uris',
    'token_endpoint_auth_method',
    'jwks',
    'jwks_uri',
    'grant_types',
    'scope',
    'resources',
  ].map((name) => `metadata.${name}`),
  ...['first_party', 'allowed_groups', 'claims'].map((name) => `metadata.${name}`),
];
const rankOf = (name: string): number => {
  const at = first.indexOf(name);
  return at < 0 ? first.length : at;
};

const isGroup = (value: unknown): value is Described =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One level of members of members: `claims.email`. */
const flatten = (described: Described): ReadonlyMap<string, unknown> =>
  new Map(
    Object.entries(described).flatMap(([name, value]) =>
      isGroup(value)
        ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one] as const)
        : [[name, value] as const],
    ),
  );

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

const itemsOf = (value: unknown): readonly string[] =>
  value === undefined ? [] : [value].flat().map(textOf);

type Entry = readonly [name: string, text: string];

/** A text of an event is cut, so each item of a list has an entry: `groups.added`, `groups.added.2`. */
const entriesOf = (name: string, former: unknown, now: unknown): readonly Entry[] => {
  const [had, has] = [itemsOf(former), itemsOf(now)];
  const sides = {
    removed: had.filter((item) => !has.includes(item)),
    added: has.filter((item) => !had.includes(item)),
  };
  const isList = Array.isArray(former) || Array.isArray(now);
  if (!isList || sides.removed.length + sides.added.length === 0)
    return [
      [`${name}.before`, textOf(former)],
      [`${name}.after`, textOf(now)],
    ];
  return Object.entries(sides).flatMap(([side, items]) =>
    items.map((item, at): Entry => [`${name}.${side}${at === 0 ? '' : `.${at + 1}`}`, item]),
  );
};

/** The members that differ, each with its text before and after, or with what was added to a list and removed. */
const differencesOf = (
  before: Described = {},
  after: Described = {},
): Readonly<Record<string, string | number>> => {
  const [former, now] = [flatten(before), flatten(after)];
  const entries = [...new Set([...former.keys(), ...now.keys()])]
    .filter((name) => name !== 'version' && textOf(former.get(name)) !== textOf(now.get(name)))
    .toSorted((one, other) => rankOf(one) - rankOf(other))
    .flatMap((name) => entriesOf(name.slice(0, maxNameLength), former.get(name), now.get(name)));
  const left = entries.length - maxEntries;
  return {
    ...Object.fromEntries(entries.slice(0, maxEntries)),
    ...(left > 0 && { not_recorded: left }),
  };
};

export const typeOfChange = (operation: string): string => `admin.${operation}`;

/** Records who did what. The services emit events of their own, which don't know who asked. */
export const createRecordChange =
  (events: Events): RecordChange =>
  (by, { operation, account, client, before, after, details, reason }) =>
    events.emit({
      type: typeOfChange(operation),
      outcome: reason === undefined ? 'ok' : 'refused',
      ...(reason !== undefined && { reason }),
      ...(account !== undefined && { account }),
      ...(client !== undefined && { client }),
      address: by.address,
      correlation: by.correlation,
      details: {
        by: by.id,
        by_kind: by.kind,
        ...(by.client !== undefined && { by_client: by.client }),
        ...(by.role !== undefined && { role: by.role }),
        ...details,
        ...differencesOf(before, after),
      },
    });
