import { callerOf, classOf, type EventClass } from './event-class.ts';
import { createEventMerger, type SpaceLeft, type TimedEvent } from './merge-events.ts';
import { groupingOfCallers, groupingOfStrangers } from './merge-levels.ts';
import { createSingleRecords } from './single-records.ts';

interface Dependencies {
  readonly write: (timed: TimedEvent) => void;
  readonly spaceLeft: () => SpaceLeft;
}

/**
 * Makes records of events: one each, or one of many. What an operator changes has a record each. What an account or
 * client causes has one as long as there are few in an hour and the store has space, and what strangers cause is merged.
 */
export const createRecordMaker = ({ write, spaceLeft }: Dependencies) => {
  const ofStrangers = createEventMerger({ write, spaceLeft, grouping: groupingOfStrangers });
  const ofCallers = createEventMerger({ write, spaceLeft, grouping: groupingOfCallers });
  const singles = createSingleRecords();

  /** Sign-ins and changes of credentials are counted separately, so that other events never cause them to be merged. */
  const isSingle = ({ at, event }: TimedEvent, eventClass: EventClass): boolean => {
    const caller = callerOf(event);
    switch (eventClass) {
      case 'operator':
        return true;
      case 'credential':
        return singles.take(`credential ${caller}`, at);
      case 'sign-in':
        return spaceLeft() !== 'reserve' && singles.take(`sign-in ${event.outcome} ${caller}`, at);
      case 'caller':
        return spaceLeft() === 'enough' && singles.take(caller, at);
      case 'stranger':
        return false;
    }
  };

  return {
    record(timed: TimedEvent): void {
      const eventClass = classOf(timed.event);
      if (isSingle(timed, eventClass)) write(timed);
      else (eventClass === 'stranger' ? ofStrangers : ofCallers).record(timed);
    },
    hasOpenGroups: (): boolean => ofStrangers.hasOpenGroups() || ofCallers.hasOpenGroups(),
    closeEnded(now: number): void {
      ofStrangers.closeEnded(now);
      ofCallers.closeEnded(now);
    },
    closeAll(now: number): void {
      ofStrangers.closeAll(now);
      ofCallers.closeAll(now);
    },
  };
};
