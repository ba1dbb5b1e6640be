import type { SecurityEvent } from '../../events.ts';
import { networkOf } from '../throttle/index.ts';
import type { Grouping } from './merge-levels.ts';

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
  /** The network of all counted events, if they have the same one. */
  network: string | undefined;
}

const shortWindowMs = 60_000;
const hourMs = 3_600_000;
/** What returns within ten minutes after its group has ended continues that group. */
const pauseMs = 600_000;
/** What goes on for longer than this many groups is summed up over a longer time. */
const shortGroups = 10;
const longWindowMs = hourMs / 2;
const longestWindowMs = 6 * hourMs;
/** At most this many groups are open at a time, and new kinds in an hour. */
const maxGroups = 500;
const maxKindsPerHour = { enough: 1_000, little: 100, reserve: 100 } as const;
/** At most this many groups of the most exact level one account or client opens in an hour. */
const maxGroupsOfCaller = 60;

/** How much space the store has for records that last. */
export type SpaceLeft = 'enough' | 'little' | 'reserve';

interface Dependencies {
  readonly write: (timed: TimedEvent) => void;
  readonly spaceLeft: () => SpaceLeft;
  readonly grouping: Grouping;
}

/**
 * Writes the first event of a kind at once and unchanged. Events like it within the next minute become one record, whose
 * `merged.count` says how many they were. What goes on for more than ten minutes gets a record every half an hour,
 * and so does everything while the store has little space.
 *
 * A kind is the most exact level of an event for which there is room. The last level has few values, so it always has.
 */
export const createEventMerger = ({ write, spaceLeft, grouping }: Dependencies) => {
  const { levelsOf, callerOf } = grouping;
  /** The groups, in the order in which they were opened. */
  const open = new Map<string, Group>();
  /** Kinds whose group has just ended, with the time until which a further event continues them. */
  const ended = new Map<string, { readonly run: number; readonly until: number }>();
  let hour = 0;
  let kindsInHour = 0;
  const groupsOfCaller = new Map<string, number>();
  let seenAt = 0;
  /** When the first of the open groups ends. */
  let nextEnd = Number.POSITIVE_INFINITY;

  const close = (now: number, isEnded: (group: Group) => boolean): void => {
    for (const [key, group] of open) {
      if (!isEnded(group)) continue;
      open.delete(key);
      const { event, run, count, first, last, network } = group;
      const common = network === undefined ? event : { ...event, address: network };
      if (count > 0) write({ at: now, event: common, merged: { count, first, last } });
      ended.set(key, { run, until: now + pauseMs });
    }
    for (const [key, { until }] of ended) if (until <= now || until > now + pauseMs) ended.delete(key);
    nextEnd = Math.min(...[...open.values()].map(({ until }) => until));
  };
  /** A clock that was set back would keep a group open, so that one is closed too. */
  const closeEnded = (now: number): void => {
    const wasSetBack = now < seenAt;
    seenAt = now;
    if (now >= nextEnd || wasSetBack)
      close(now, ({ until, windowMs }) => until <= now || until > now + windowMs);
  };

  const startHour = (now: number): void => {
    const current = Math.floor(now / hourMs);
    if (current === hour) return;
    hour = current;
    kindsInHour = 0;
    groupsOfCaller.clear();
  };

  const isContinued = (key: string, at: number): boolean => (ended.get(key)?.until ?? 0) > at;

  /** Whether a group of this level may be opened. Counts it, if the level is limited. */
  const takeRoom = (event: SecurityEvent, level: number, isKnown: boolean): boolean => {
    const left = spaceLeft();
    if (level === 0 && left !== 'enough') return false;
    if (!isKnown && (open.size >= maxGroups || kindsInHour >= maxKindsPerHour[left])) return false;
    if (level === 0 && callerOf) {
      const caller = callerOf(event);
      const groups = groupsOfCaller.get(caller) ?? 0;
      if (groups >= maxGroupsOfCaller) return false;
      groupsOfCaller.set(caller, groups + 1);
    }
    if (!isKnown) kindsInHour += 1;
    return true;
  };

  const windowFor = (run: number): number => {
    const left = spaceLeft();
    if (left === 'reserve') return longestWindowMs;
    return left === 'little' || run > shortGroups ? longWindowMs : shortWindowMs;
  };

  const openGroup = (key: string, event: SecurityEvent, at: number): void => {
    const run = (isContinued(key, at) ? (ended.get(key)?.run ?? 0) : 0) + 1;
    ended.delete(key);
    const windowMs = windowFor(run);
    const until = at + windowMs;
    open.set(key, { event, until, windowMs, run, count: 0, first: at, last: at, network: undefined });
    nextEnd = Math.min(nextEnd, until);
  };

  const count = (group: Group, { address }: SecurityEvent, at: number): void => {
    const network = address === undefined ? undefined : networkOf(address);
    if (group.count === 0) {
      group.first = at;
      group.network = network;
    } else if (group.network !== network) group.network = undefined;
    group.count += 1;
    group.last = at;
  };

  const kindOf = (event: SecurityEvent, at: number): readonly [key: string, common: SecurityEvent] => {
    const levels = levelsOf(event);
    for (const [level, common] of levels.entries()) {
      const key = JSON.stringify(common);
      if (open.has(key) || level === levels.length - 1) return [key, common];
      if (takeRoom(event, level, isContinued(key, at))) return [key, common];
    }
    throw new RangeError('an event has no level');
  };

  return {
    record({ at, event }: TimedEvent): void {
      closeEnded(at);
      startHour(at);
      const [key, common] = kindOf(event, at);
      const group = open.get(key);
      if (group) {
        count(group, event, at);
        return;
      }
      openGroup(key, common, at);
      write({ at, event });
    },
    hasOpenGroups: (): boolean => open.size > 0,
    closeEnded,
    closeAll: (now: number): void => close(now, () => true),
  };
};
