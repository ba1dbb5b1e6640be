import type { Clock } from '../../store/port.ts';

/** The clocks of processes and store differ, so a record that expires about now may be missing already. */
const slackMs = 300_000;

export type HasExpired = (until: number | undefined) => boolean;

export const createHasExpired =
  (clock: Clock): HasExpired =>
  (until) =>
    until !== undefined && until <= clock.now() + slackMs;
