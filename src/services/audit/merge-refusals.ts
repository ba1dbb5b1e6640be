import { endpointDetail, type SecurityEvent } from '../../events.ts';
import type { Clock } from '../../store/port.ts';
import { networkOf } from '../throttle/index.ts';

/** A record of several events says how many they are, and the times of the first and the last. */
export interface Merged {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

export interface TimedEvent {
  readonly at: number;
  readonly event: SecurityEvent;
  readonly merged?: Merged;
}

interface Group {
  readonly event: SecurityEvent;
  readonly until: number;
  readonly windowMs: number;
  /** How many groups of this kind have followed each other without a pause. */
  readonly run: number;
  count: number;
  first: number;
  last: number;
}

const shortWindowMs = 60_000;
const hourMs = 3_600_000;
/** What returns within ten minutes after its group has ended continues that group. */
const pauseMs = 600_000;
/** What goes on for longer than this many groups is summed up over a longer time. */
const shortGroups = 10;
const longWindowMs = hourMs / 2;
const longestWindowMs = 6 * hourMs;
/**
 * At most this many groups are open at a time, and new kinds in an hour. Further events are grouped by type and reason
 * only.
 */
const maxGroups = 500;
const maxKindsPerHour = 1_000;
/** Details with few possible values. All others belong to a single request. */
const keptDetails = [endpointDetail, 'endpoint', 'route'] as const;

/** Successes that need neither an account nor the secret of a client. */
const repeatableSuccesses: ReadonlySet<string> = new Set(['logout', 'pushed-request.accepted']);

/** Whether an attacker without an account can cause any number of these, and so could fill the audit record. */
export const isRepeatable = ({ type, outcome, address }: SecurityEvent): boolean =>
  address !== undefined && (outcome !== 'ok' || repeatableSuccesses.has(type));

const withoutRequestDetails = ({
  type,
  outcome,
  reason,
  client,
  address,
  details,
}: SecurityEvent): SecurityEvent => {
  const kept = keptDetails.flatMap((name) => {
    const value = details?.[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    type,
    outcome,
    ...(reason !== undefined && { reason }),
    ...(client !== undefined && { client }),
    ...(address !== undefined && { address: networkOf(address) }),
    ...(kept.length > 0 && { details: Object.fromEntries(kept) }),
  };
};

/** Types and reasons are codes of Postern, so there are few pairs of them. */
const typeAndReason = ({ type, outcome, reason }: SecurityEvent): SecurityEvent => ({
  type,
  outcome,
  ...(reason !== undefined && { reason }),
});

interface Dependencies {
  readonly clock: Clock;
  readonly write: (timed: TimedEvent) => void;
  readonly spaceLeft: () => SpaceLeft;
}

/** How much space the store has for records that last. */
export type SpaceLeft = 'enough' | 'little' | 'reserve';

/**
 * Writes the first event of a kind at once and unchanged. Events like it within the next minute become one record, whose
 * `merged.count` says how many they were. What goes on for more than ten minutes gets a record every half an hour,
 * and so does everything, without addresses, while the store has little space.
 */
export const createRefusalMerger = ({ clock, write, spaceLeft }: Dependencies) => {
  /** The groups, in the order in which they were opened. */
  const open = new Map<string, Group>();
  /** Kinds whose group has just ended, with the time until which a further event continues them. */
  const ended = new Map<string, { readonly run: number; readonly until: number }>();
  let hour = 0;
  let kindsInHour = 0;
  let seenAt = 0;
  /** When the first of the open groups ends. */
  let nextEnd = Number.POSITIVE_INFINITY;

  const close = (isEnded: (group: Group) => boolean): void => {
    const now = clock.now();
    for (const [key, group] of open) {
      if (!isEnded(group)) continue;
      open.delete(key);
      const { event, run, count, first, last } = group;
      if (count > 0) write({ at: now, event, merged: { count, first, last } });
      ended.set(key, { run, until: now + pauseMs });
    }
    for (const [key, { until }] of ended) if (until <= now || until > now + pauseMs) ended.delete(key);
    nextEnd = Math.min(...[...open.values()].map(({ until }) => until));
  };
  /** A clock that was set back would keep a group open, so that one is closed too. */
  const closeEnded = (): void => {
    const now = clock.now();
    const wasSetBack = now < seenAt;
    seenAt = now;
    if (now >= nextEnd || wasSetBack) close(({ until, windowMs }) => until <= now || until > now + windowMs);
  };

  const isNewKindAllowed = (): boolean => {
    const current = Math.floor(clock.now() / hourMs);
    if (current !== hour) kindsInHour = 0;
    hour = current;
    return open.size < maxGroups && kindsInHour < maxKindsPerHour;
  };

  const isContinued = (key: string, at: number): boolean => (ended.get(key)?.until ?? 0) > at;

  const windowFor = (run: number): number => {
    const left = spaceLeft();
    if (left === 'reserve') return longestWindowMs;
    return left === 'little' || run > shortGroups ? longWindowMs : shortWindowMs;
  };

  const openGroup = (key: string, event: SecurityEvent, at: number): void => {
    const run = (isContinued(key, at) ? (ended.get(key)?.run ?? 0) : 0) + 1;
    ended.delete(key);
    const windowMs = windowFor(run);
    const group = { event, until: at + windowMs, windowMs, run, count: 0, first: at, last: at };
    open.set(key, group);
    nextEnd = Math.min(nextEnd, group.until);
  };

  return {
    record(event: SecurityEvent): void {
      closeEnded();
      const at = clock.now();
      const common = withoutRequestDetails(event);
      const exact = JSON.stringify(common);
      const isKnownKind = open.has(exact) || isContinued(exact, at);
      const isExact = open.has(exact) || (spaceLeft() === 'enough' && (isKnownKind || isNewKindAllowed()));
      const grouped = isExact ? common : typeAndReason(event);
      const key = isExact ? exact : JSON.stringify(grouped);
      const group = open.get(key);
      if (!group) {
        if (isExact && !isKnownKind) kindsInHour += 1;
        openGroup(key, grouped, at);
        write({ at, event });
        return;
      }
      if (group.count === 0) group.first = at;
      group.count += 1;
      group.last = at;
    },
    hasOpenGroups: (): boolean => open.size > 0,
    closeEnded,
    closeAll: (): void => close(() => true),
  };
};
