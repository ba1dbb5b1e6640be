import { Redis } from 'ioredis';
import type { Timing } from './driver.ts';
import type { Names } from './keys.ts';
import type { Link } from './link.ts';

type Listener = (message: string) => void;

/** The second connection: hears announcements. When it is lost it comes back, elsewhere in a cluster, and listens again. */
export class Wires {
  readonly #link: Link;
  readonly #names: Names;
  readonly #timing: Timing;
  readonly #topics = new Map<string, Set<Listener>>();
  #client: Redis | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(link: Link, names: Names, timing: Timing) {
    this.#link = link;
    this.#names = names;
    this.#timing = timing;
  }

  watch(topic: string, listener: Listener): () => void {
    if (this.#closed) return () => {};
    const name = this.#names.topic(topic);
    // Each call is a listener of its own, even with the same function.
    const heard: Listener = (message) => listener(message);
    const listeners = this.#topics.get(name);
    if (listeners) listeners.add(heard);
    else {
      this.#topics.set(name, new Set([heard]));
      if (this.#client?.status === 'ready') this.#subscribe([name]);
    }
    if (!this.#client) this.#connect();
    return () => {
      const left = this.#topics.get(name);
      if (!left?.delete(heard) || left.size > 0) return;
      this.#topics.delete(name);
      this.#client?.unsubscribe(name).catch(() => {});
    };
  }

  async announce(topic: string, message: string): Promise<void> {
    await this.#link.ask('publish', [this.#names.topic(topic), message], {
      limitMs: this.#timing.operationTimeoutMs,
      once: true,
    });
  }

  #subscribe(names: string[]): void {
    const client = this.#client;
    if (client && names.length > 0) client.subscribe(...names).catch(() => client.disconnect());
  }

  #connect(): void {
    const options = this.#link.subscriberOptions();
    if (!options) {
      this.#later();
      return;
    }
    const client = new Redis({ ...options, readOnly: false, retryStrategy: null, lazyConnect: true });
    this.#client = client;
    client.on('error', () => {});
    client.on('ready', () => this.#subscribe([...this.#topics.keys()]));
    client.on('message', (name: string, message: string) => {
      for (const listener of this.#topics.get(name) ?? []) listener(message);
    });
    client.once('end', () => {
      clearInterval(this.#heartbeat);
      this.#client = undefined;
      this.#later();
    });
    client.connect().catch(() => {});
    // A connection that says nothing looks like one where nothing happens.
    this.#heartbeat = setInterval(() => void client.ping().catch(() => {}), 2_000).unref();
  }

  #later(): void {
    if (this.#closed) return;
    this.#again = setTimeout(() => this.#connect(), 100);
    this.#again.unref();
  }

  close(): void {
    this.#closed = true;
    this.#topics.clear();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#again);
    this.#client?.disconnect();
  }
}
