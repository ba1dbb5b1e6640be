import type { Clock } from './store/port.ts';

/** The time of the machine. Everything else gets a `Clock` as an argument, so that tests can choose the time. */
export const systemClock: Clock = Date;
