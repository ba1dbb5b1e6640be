import type { SecurityEvent } from '#src/events.ts';
import type { Clock } from '#src/store/port.ts';
import { networkOf } from '../throttle/index.ts';

/** In a record of several events: how many they are, and the times of the first and the last. */
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
  count: number;
  first: number;
  last: number;
}

const windowMs = 60_000;
/** At most this many groups are open at a time. Further refusals are grouped by type and reason only. */
const maxGroups = 500;
/** Details with few possible values. All others belong to a single request. */
const keptDetails = ['door', 'endpoint', 'route'] as const;

/** An attacker without an account can cause any number of refusals, and so could fill the audit record. */
export const isAnonymous = ({ account, address }: SecurityEvent): boolean =>
  account === undefined && address !== undefined;

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

/**
 * Writes the first anonymous refusal at once and unchanged. Refusals like it within the next minute become one record,
 * whose `merged.count` says how many they were.
 */
export const createRefusalMerger = (clock: Clock, write: (timed: TimedEvent) => void) => {
  /** In the order in which they were opened, which is the order in which they end. */
  const open = new Map<string, Group>();

  const close = (ended: (group: Group) => boolean): void => {
    for (const [key, group] of open) {
      if (!ended(group)) return;
      open.delete(key);
      const { event, count, first, last } = group;
      if (count > 0) write({ at: clock.now(), event, merged: { count, first, last } });
    }
  };
  /** A clock that was set back would keep a group open, and all groups after it; those are closed too. */
  const closeEnded = (): void => {
    const now = clock.now();
    close(({ until }) => until <= now || until > now + windowMs);
  };

  return {
    record(event: SecurityEvent): void {
      closeEnded();
      const at = clock.now();
      const common = withoutRequestDetails(event);
      const exact = JSON.stringify(common);
      const grouped = open.has(exact) || open.size < maxGroups ? common : typeAndReason(event);
      const key = grouped === common ? exact : JSON.stringify(grouped);
      const group = open.get(key);
      if (!group) {
        open.set(key, { event: grouped, until: at + windowMs, count: 0, first: at, last: at });
        write({ at, event });
        return;
      }
      if (group.count === 0) group.first = at;
      group.count += 1;
      group.last = at;
    },
    closeEnded,
    closeAll: (): void => close(() => true),
  };
};
