import { createEvents, type SecurityEvent } from '#src/events.ts';

/** Creates events whose listeners must not throw; `seen` has those emitted so far. */
export const recordEvents = () => {
  const seen: SecurityEvent[] = [];
  const events = createEvents((fault) => {
    throw fault;
  });
  events.listen((event) => seen.push(event));
  return { events, seen };
};
