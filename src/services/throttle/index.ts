/**
 * How often something may be tried, counted in the store so that all processes count together: sign-ins by a growing
 * delay, everything else by the minute. Not here: what is tried, and how the refusal looks.
 */
export { networkOf } from './network.ts';
export { createThrottle, type Throttle } from './throttle.ts';
