import type { Connection } from './connection.ts';
import { withTimeout } from './with-timeout.ts';

/**
 * Tells commits until when they may be applied, in the time of the server: its scripts compare with their own clock.
 * Our side counts monotonic time, so no clock that is set can stretch a deadline. Of several servers the fastest clock
 * counts; a commit that is refused because of it is sent again after another look.
 */
export class ServerClock {
  readonly #connection: Connection;
  readonly #limitMs: number;
  #offset = 0;

  constructor(connection: Connection, limitMs: number) {
    this.#connection = connection;
    this.#limitMs = limitMs;
  }

  /** The server's time, `ms` from `since` on, as a number of milliseconds in a text. */
  after(since: number, ms: number): string {
    return (this.#offset + since + ms).toFixed(0);
  }

  async measure(): Promise<void> {
    const looks = this.#connection.masters().map(async (node) => {
      const before = performance.now();
      const [seconds, micros] = await withTimeout(node.time(), this.#limitMs);
      return Number(seconds) * 1_000 + Number(micros) / 1_000 - (before + performance.now()) / 2;
    });
    const found = (await Promise.allSettled(looks)).flatMap((look) =>
      look.status === 'fulfilled' ? [look.value] : [],
    );
    if (found.length > 0) this.#offset = Math.max(...found);
  }
}
