import type { FastifyBaseLogger } from 'fastify';
import { type DestinationStream, pino } from 'pino';
import type { Config } from '#config';
import { logDestination } from './log-destination.ts';
import { loadPrettyStream } from './pretty-stream.ts';
import { toReadableLines } from './readable-text.ts';

/**
 * Property names that could hold a secret, or say who a person is (hints). The code never logs one on purpose;
 * redaction is the second guard.
 */
const redactedNames = [
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'login_hint',
  'login_hint_token',
  'logout_hint',
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

/** Writes JSON, or readable lines on a terminal. */
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
  const prettyStream = loadPrettyStream();
  return pino(
    options,
    prettyStream({ colorize: true, translateTime: 'HH:MM:ss', ignore: 'pid,hostname', sync: true }),
  );
};

/** Name, message and stack of an error and of its causes. Other properties are left out: they could hold secrets. */
const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return toReadableLines(String(error));
  return {
    type: error.name,
    message: toReadableLines(error.message),
    stack: error.stack === undefined ? undefined : toReadableLines(error.stack),
    ...(error.cause !== undefined && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  };
};
