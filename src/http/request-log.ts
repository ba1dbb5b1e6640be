/** What names a request in the log: its id, its logger, and the one line that it has in any case. */
import { randomFillSync } from 'node:crypto';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { onRequestEnd } from './request-end.ts';

const bytesPerId = 9;

/**
 * Makes ids of twelve random characters, with one call for randomness per 256 ids. No id begins with a dash, because
 * `audit list --correlation` would read it as an option.
 */
export const createRequestIds = (): (() => string) => {
  const pool = Buffer.alloc(bytesPerId * 256);
  let offset = pool.length;
  return () => {
    if (offset === pool.length) {
      randomFillSync(pool);
      offset = 0;
    }
    offset += bytesPerId;
    return pool.toString('base64url', offset - bytesPerId, offset).replace(/^-/, '_');
  };
};

type Line = Parameters<FastifyBaseLogger['info']>;

/** A logger with the id of one request. It is created for the first line, because most requests write none. */
class LazyLogger {
  readonly #create: () => FastifyBaseLogger;
  #created: FastifyBaseLogger | undefined;

  constructor(create: () => FastifyBaseLogger) {
    this.#create = create;
  }

  get #logger(): FastifyBaseLogger {
    this.#created ??= this.#create();
    return this.#created;
  }

  get level(): string {
    return this.#logger.level;
  }

  fatal(...line: Line): void {
    this.#logger.fatal(...line);
  }

  error(...line: Line): void {
    this.#logger.error(...line);
  }

  warn(...line: Line): void {
    this.#logger.warn(...line);
  }

  info(...line: Line): void {
    this.#logger.info(...line);
  }

  debug(...line: Line): void {
    this.#logger.debug(...line);
  }

  trace(...line: Line): void {
    this.#logger.trace(...line);
  }

  silent(...line: Line): void {
    this.#logger.silent(...line);
  }

  child(...options: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#logger.child(...options);
  }
}

export const childLoggerFactory: NonNullable<Parameters<FastifyInstance['setChildLoggerFactory']>[0]> = (
  logger,
  bindings,
  options,
) =>
  // Its methods take whatever the overloads of the interface take, but a class can't declare such overloads.
  new LazyLogger(() => logger.child(bindings, options)) as unknown as FastifyBaseLogger;

/**
 * Writes one line for each request. It has the route's template, never the URL, because queries carry codes and states.
 * The response carries the same id, so that a caller can name the line.
 */
export const logRequests = (server: FastifyInstance): void => {
  // No member of these lines is a secret, and the search for members to redact takes as long as a store operation.
  const requestLog = server.log.child({}, { redact: [] });
  server.addHook('onRequest', ({ id }, { raw }, done) => {
    // The engine answers on the raw response, so the header goes there.
    raw.setHeader('x-request-id', id);
    done();
  });
  onRequestEnd(server, ({ method, routeOptions, ip, id }, status, milliseconds) => {
    requestLog.info(
      {
        correlation: id,
        method,
        route: routeOptions.url ?? 'unknown',
        status,
        ms: Math.round(milliseconds * 10) / 10,
        address: ip,
      },
      'request',
    );
  });
};
