import type { FastifyBaseLogger } from 'fastify';
import type { Events } from './events.ts';

/** Logs each security event with its correlation id: refusals and failures at `info`, successes at `debug`. */
export const logEvents = (events: Events, log: FastifyBaseLogger): void => {
  events.listen((event) => log.info(event, 'event'), ['refused', 'failed']);
  if (log.level === 'debug' || log.level === 'trace')
    events.listen((event) => log.debug(event, 'event'), ['ok']);
};
