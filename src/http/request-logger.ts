import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

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
