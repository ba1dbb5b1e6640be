import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

type Make = () => FastifyBaseLogger;

class LaterLogger {
  readonly #make: Make;
  #made: FastifyBaseLogger | undefined;

  constructor(make: Make) {
    this.#make = make;
  }

  get made(): FastifyBaseLogger {
    this.#made ??= this.#make();
    return this.#made;
  }

  get level(): string {
    return this.made.level;
  }
}

for (const name of ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent', 'child'] as const) {
  Object.defineProperty(LaterLogger.prototype, name, {
    value(this: LaterLogger, ...words: unknown[]): unknown {
      return Reflect.apply(this.made[name], this.made, words);
    },
  });
}

/** The logger of a request, made at its first line: few requests write one besides the line that each of them gets. */
export const childLoggerFactory: NonNullable<Parameters<FastifyInstance['setChildLoggerFactory']>[0]> = (
  logger,
  bindings,
  options,
) =>
  // The methods were given to the prototype above.
  new LaterLogger(() => logger.child(bindings, options)) as unknown as FastifyBaseLogger;
