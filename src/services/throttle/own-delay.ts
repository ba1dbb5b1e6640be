import type { Config } from '#config';

const second = 1000;
/** Attempts of one origin on one account are counted for so long. */
export const attemptWindowMs = 15 * 60 * second;

type Limits = Pick<Config['security']['throttle'], 'sign_in_free_attempts' | 'sign_in_max_delay_seconds'>;

/** One second for the first attempt over the limit, doubled for each further one, up to the maximum. */
export const ownDelay = (limits: Limits, attempts: number): number => {
  const over = attempts - limits.sign_in_free_attempts;
  if (over <= 0) return 0;
  return Math.min(second * 2 ** Math.min(over - 1, 30), limits.sign_in_max_delay_seconds * second);
};
