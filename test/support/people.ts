import { openStore } from '#adapters/index.ts';
import { loadConfig } from '#config';
import { createEvents, type SecurityEvent } from '#src/events.ts';
import type { Store } from '#src/store/port.ts';

/** A clock that a test moves on. */
export const handClock = (start = Date.UTC(2026, 0, 1)) => {
  let now = start;
  return {
    now: () => now,
    pass(milliseconds: number) {
      now += milliseconds;
    },
  };
};

/** The time of the machine, but for the minute that has just begun: limits count by the minute, and a new one forgets. */
export const freshMinute = () => {
  const late = Date.now() % 60_000;
  return { now: () => Date.now() - late };
};

/** The defaults with cheap password hashes, and `set` over them. */
export const testConfig = (set: readonly string[] = []) =>
  loadConfig({
    env: {},
    cwd: import.meta.dirname,
    flags: {
      set: ['store.url=memory:', 'security.password.memory_kib=8192', 'security.password.passes=1', ...set],
    },
  }).config;

/** Counts the trips made since it was last asked. */
export const openCounted = async (clock: { now(): number }) => {
  const trips: string[] = [];
  const store: Store = await openStore('memory:', { clock, observe: (operation) => trips.push(operation) });
  return { store, trips: () => trips.splice(0) };
};

export const recordedEvents = () => {
  const seen: SecurityEvent[] = [];
  const events = createEvents((fault) => {
    throw fault;
  });
  events.listen((event) => seen.push(event));
  return { events, seen };
};
