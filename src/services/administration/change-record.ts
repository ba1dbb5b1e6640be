import type { Events } from '../../events.ts';
import type { Administrator } from './administrator.ts';

type Described = Readonly<Record<string, unknown>>;

interface Change {
  /** `account.update`, `client.secret_add` … */
  readonly operation: string;
  /** What was changed. */
  readonly account?: string | undefined;
  readonly client?: string | undefined;
  /** As the API shows it, so without secrets. */
  readonly before?: Described | undefined;
  readonly after?: Described | undefined;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

export type RecordChange = (by: Administrator, change: Change) => void;

/** An event is no place for a whole account. */
const maxMembers = 16;

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

/** The members that differ, each with its text before and after. */
const differencesOf = (before: Described = {}, after: Described = {}): Readonly<Record<string, string>> => {
  const [former, now] = [flatten(before), flatten(after)];
  const changed = [...new Set([...former.keys(), ...now.keys()])].filter(
    (name) => name !== 'version' && textOf(former.get(name)) !== textOf(now.get(name)),
  );
  return Object.fromEntries(
    changed.slice(0, maxMembers).flatMap((name) => [
      [`${name}.before`, textOf(former.get(name))],
      [`${name}.after`, textOf(now.get(name))],
    ]),
  );
};

/** Records who did what. The services emit events of their own, which don't know who asked. */
export const createRecordChange =
  (events: Events): RecordChange =>
  (by, { operation, account, client, before, after, details }) =>
    events.emit({
      type: `admin.${operation}`,
      outcome: 'ok',
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
