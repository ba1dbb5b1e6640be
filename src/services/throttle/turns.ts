import type { FailureRecord } from './failure-record.ts';

const second = 1000;
const minute = 60 * second;
/** So many failures without a success make strangers wait for each other. */
const failuresBeforeSpacing = 100;
const firstSpacing = 15 * second;
const maxSpacing = 10 * minute;

/** A number of attempts on an account within a time. A counter says how many are taken. */
export interface Slot {
  readonly counter: string;
  readonly capacity: number;
  readonly until: number;
  /** Set when the slot is void after the next failure. */
  readonly afterFailures?: number;
}

/** When the next attempts of an account take place. */
export interface Turns {
  /** A slot for an attempt at once. */
  readonly open?: Slot;
  /** When an attempt that finds no open slot may come back. */
  readonly nextAt: number;
  /** Slots at that time that can be reserved. */
  readonly reservable?: Slot;
}

/** The time between two attempts. It grows with every failure, from 15 seconds to ten minutes. */
const spacingAfter = (failures: number): number =>
  failures < failuresBeforeSpacing
    ? 0
    : Math.min(firstSpacing * 2 ** Math.min(failures - failuresBeforeSpacing, 10), maxSpacing);

/** Sites with many failures wait for each other after 100 failures of any site; newcomers after 100 of newcomers. */
export const spacingFor = (record: FailureRecord, newcomer: boolean): number =>
  newcomer && record.byNewcomers < failuresBeforeSpacing ? 0 : spacingAfter(record.failures);

const spacedTurns = (record: FailureRecord, spacing: number, now: number, counters: string): Turns => {
  const readyAt = record.last + spacing;
  // The counter is of this one attempt: the next failure begins another.
  const counter = `${counters} after ${record.failures} ${record.last}`;
  const graceMs = Math.min(Math.max(spacing, minute), 5 * minute);
  const slot = {
    counter,
    capacity: 1,
    until: Math.max(now, readyAt) + graceMs,
    afterFailures: record.failures,
  };
  return now < readyAt
    ? { nextAt: readyAt, reservable: slot }
    : { open: slot, nextAt: now + spacingAfter(record.failures + 1) };
};

/**
 * Half of the attempts in a minute are for sites that failed twice, the other half for newcomers, of which a site is one
 * only twice. So no site can take the slots of others. A quarter of each half is for retries that were reserved in the
 * minute before.
 */
const capacityOf = (perMinute: number, newcomer: boolean): number => {
  const forOthers = Math.floor(perMinute / 2);
  return newcomer || forOthers === 0 ? perMinute - forOthers : forOthers;
};

interface TurnsOptions {
  readonly record: FailureRecord;
  readonly newcomer: boolean;
  /** The beginning of the names of the counters of this account. */
  readonly counters: string;
  readonly perMinute: number;
  readonly now: number;
}

export const turnsOf = ({ record, newcomer, counters, perMinute, now }: TurnsOptions): Turns => {
  const spacing = spacingFor(record, newcomer);
  if (spacing > 0) return spacedTurns(record, spacing, now, counters);
  const thisMinute = Math.floor(now / minute);
  const nextAt = (thisMinute + 1) * minute;
  if (perMinute === 0)
    return { open: { counter: '', capacity: Number.POSITIVE_INFINITY, until: nextAt }, nextAt };
  const capacity = capacityOf(perMinute, newcomer);
  const reserved = Math.floor(capacity / 4);
  // A single attempt a minute can't be halved.
  const half = newcomer || perMinute === 1 ? 'newcomers' : 'others';
  return {
    open: { counter: `${counters} ${half} ${thisMinute}`, capacity: capacity - reserved, until: nextAt },
    nextAt,
    ...(reserved > 0 && {
      reservable: {
        counter: `${counters} ${half} ${thisMinute + 1} reserved`,
        capacity: reserved,
        until: nextAt + minute,
      },
    }),
  };
};
