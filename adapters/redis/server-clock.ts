import type { Connection } from './connection.ts';
import { withTimeout } from './with-timeout.ts';

/**
 * Converts deadlines into the time of the server, because its scripts compare them with the server's clock. This side
 * counts monotonic time, so setting the clock of the machine can't extend a deadline. With several servers the fastest
 * clock counts; a commit that is refused for it is sent again after another measurement.
 */
export class ServerClock {
  readonly #connection: Connection;
  readonly #limitMs: number;
  #offset = 0;

  constructor(connection: Connection, limitMs: number) {
    this.#connection = connection;
    this.#limitMs = limitMs;
  }

  /** The server's time `ms` after `since`, in milliseconds. */
  after(since: number, ms: number): string {
    return (this.#offset + since + ms).toFixed(0);
  }

  async measure(): Promise<void> {
    const measurements = this.#connection.masters().map(async (node) => {
      const before = performance.now();
      const [seconds, micros] = await withTimeout(node.time(), this.#limitMs);
      return Number(seconds) * 1_000 + Number(micros) / 1_000 - (before + performance.now()) / 2;
    });
    const found = (await Promise.allSettled(measurements)).flatMap((one) =>
      one.status === 'fulfilled' && Number.isFinite(one.value) ? [one.value] : [],
    );
    if (found.length > 0) this.#offset = Math.max(...found);
  }
}
