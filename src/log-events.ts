import type { FastifyBaseLogger } from 'fastify';
import type { Events } from './events.ts';

/**
 * Logs each security event with its correlation id: refusals and failures at `info`, successes at `debug`. A success
 * that has less than was requested is at `info` too, because the client was told nothing but the scope that it got.
 */
export const logEvents = (events: Events, log: FastifyBaseLogger): void => {
  const logsSuccesses = log.level === 'debug' || log.level === 'trace';
  events.listen((event) => log.info(event, 'event'), ['refused', 'failed']);
  events.listen(
    (event) => {
      if (event.details?.['dropped_scope'] !== undefined) log.info(event, 'event');
      else if (logsSuccesses) log.debug(event, 'event');
    },
    ['ok'],
  );
};
