import { createRequire } from 'node:module';
import type { FastifyBaseLogger } from 'fastify';
import { type DestinationStream, pino } from 'pino';
import type { Config } from '#config';
import type { Events } from './events.ts';
import { logDestination } from './log-destination.ts';

/** Names under which a secret could slip into a log line, wherever they stand. Nothing should ever log one. */
const redactedNames = [
  'access_token',
  'refresh_token',
  'id_token',
  'code',
  'code_verifier',
  'client_secret',
  'client_assertion',
  'password',
  'authorization',
  'cookie',
  'secret',
  'token',
  'url',
];

/** JSON for machines; on a terminal, lines for people. */
export const createLogger = (config: Config, destination?: DestinationStream): FastifyBaseLogger => {
  const { level, format } = config.log;
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const options = {
    level,
    base: null,
    redact: {
      paths: redactedNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
    serializers: { err: describeError },
  };
  if (destination) return pino(options, destination);
  if (!pretty) return pino(options, logDestination());
  // Loaded only for people: a server that writes JSON starts without it.
  const prettyStream: typeof import('pino-pretty') = createRequire(import.meta.url)('pino-pretty');
  return pino(
    options,
    prettyStream({ colorize: true, translateTime: 'HH:MM:ss', ignore: 'pid,hostname', sync: true }),
  );
};

/** Explains each refusal by the correlation id that its answer carried; what went well is told at `debug`. */
export const logEvents = (events: Events, log: FastifyBaseLogger): (() => void) =>
  events.listen(({ outcome, ...event }) => {
    if (outcome === 'ok') log.debug({ outcome, ...event }, 'event');
    else log.info({ outcome, ...event }, 'event');
  });

/** An error by its name, words and place, and those of its causes; never its other properties, which may be anything. */
const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return String(error);
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  };
};
