import type { SecurityEvent } from '#src/events.ts';
import type { Clock } from '#src/store/port.ts';
import { networkOf } from '../throttle/index.ts';

/** Told by a record that stands for many: how many, and when the first and the last of them were. */
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
/** So many kinds of refusals are told apart at a time; what comes on top is by its type and reason alone. */
const maxGroups = 500;
/** Details from closed sets; the others are of one request. */
const keptDetails = ['door', 'endpoint', 'route'] as const;

/** Whoever has no account here can be refused as often as they like, so it is they who could fill the record. */
const isAnonymousRefusal = ({ outcome, account, address }: SecurityEvent): boolean =>
  outcome !== 'ok' && account === undefined && address !== undefined;

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

/** Types and reasons are codes of ours, so there are only so many pairs of them. */
const typeAndReason = ({ type, outcome, reason }: SecurityEvent): SecurityEvent => ({
  type,
  outcome,
  ...(reason !== undefined && { reason }),
});

/**
 * Writes the first refusal of a stranger as it is, at once. Those like it that follow within a minute become one
 * record, and none of them is lost: each record stands for `merged.count` events, or for one.
 */
export const createRefusalMerger = (clock: Clock, write: (happened: TimedEvent) => void) => {
  /** In the order in which they began, which is the order in which they end. */
  const open = new Map<string, Group>();

  const close = (ended: (many: Group) => boolean): void => {
    for (const [key, many] of open) {
      if (!ended(many)) return;
      open.delete(key);
      const { event, count, first, last } = many;
      if (count > 0) write({ at: clock.now(), event, merged: { count, first, last } });
    }
  };
  /** Also those that a clock set back would keep open, and with them all that came after. */
  const closeEnded = (): void => {
    const now = clock.now();
    close(({ until }) => until <= now || until > now + windowMs);
  };

  return {
    record(event: SecurityEvent): void {
      closeEnded();
      const at = clock.now();
      if (!isAnonymousRefusal(event)) {
        write({ at, event });
        return;
      }
      const like = withoutRequestDetails(event);
      const exact = JSON.stringify(like);
      const told = open.has(exact) || open.size < maxGroups ? like : typeAndReason(event);
      const key = told === like ? exact : JSON.stringify(told);
      const many = open.get(key);
      if (!many) {
        open.set(key, { event: told, until: at + windowMs, count: 0, first: at, last: at });
        write({ at, event });
        return;
      }
      if (many.count === 0) many.first = at;
      many.count += 1;
      many.last = at;
    },
    closeEnded,
    closeAll: (): void => close(() => true),
  };
};
