import type { FastifyBaseLogger } from 'fastify';
import type { Events } from './events.ts';

/** Logs each security event with its correlation id: successes at `debug`, refusals and failures at `info`. */
export const logEvents = (events: Events, log: FastifyBaseLogger): (() => void) =>
  events.listen(({ outcome, ...event }) => {
    if (outcome === 'ok') log.debug({ outcome, ...event }, 'event');
    else log.info({ outcome, ...event }, 'event');
  });
