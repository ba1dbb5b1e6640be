import type { Clock } from './port.ts';

/**
 * The time of the machine. Commands and the server pass it on as an argument, so that tests can choose the time. Code
 * that checks what oidc-provider checks uses it directly, because oidc-provider has no other clock.
 */
export const systemClock: Clock = Date;
