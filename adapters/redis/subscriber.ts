import { Redis } from 'ioredis';
import type { Connection } from './connection.ts';
import type { Timing } from './driver.ts';
import type { KeyNames } from './key-names.ts';

type Listener = (message: string) => void;

/**
 * How long a broken connection may go unnoticed. What processes follow in the store they also read again as often,
 * because messages can be lost.
 */
const heartbeatMs = 10_000;

/**
 * The second connection, which receives messages. When it is lost, it reconnects (to any server of a cluster) and
 * subscribes again.
 */
export class Subscriber {
  readonly #connection: Connection;
  readonly #names: KeyNames;
  readonly #timing: Timing;
  readonly #topics = new Map<string, Set<Listener>>();
  #client: Redis | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connection: Connection, names: KeyNames, timing: Timing) {
    this.#connection = connection;
    this.#names = names;
    this.#timing = timing;
  }

  subscribe(topic: string, listener: Listener): () => void {
    if (this.#closed) return () => {};
    const name = this.#names.topic(topic);
    // Each call is a separate subscription, even with the same function.
    const own: Listener = (message) => listener(message);
    const listeners = this.#topics.get(name);
    if (listeners) listeners.add(own);
    else {
      this.#topics.set(name, new Set([own]));
      if (this.#client?.status === 'ready') this.#listenTo([name]);
    }
    if (!this.#client) this.#connect();
    return () => {
      const left = this.#topics.get(name);
      if (!left?.delete(own) || left.size > 0) return;
      this.#topics.delete(name);
      this.#client?.unsubscribe(name).catch(() => {});
    };
  }

  async publish(topic: string, message: string): Promise<void> {
    await this.#connection.send('publish', [this.#names.topic(topic), message], {
      limitMs: this.#timing.operationTimeoutMs,
      noResend: true,
    });
  }

  #listenTo(names: string[]): void {
    const client = this.#client;
    if (client && names.length > 0) client.subscribe(...names).catch(() => client.disconnect());
  }

  #connect(): void {
    // A subscription in the pause before a reconnection connects at once, and must not leave a second connection.
    clearTimeout(this.#reconnectTimer);
    const options = this.#connection.subscriberOptions();
    if (!options) {
      this.#reconnectSoon();
      return;
    }
    const client = new Redis({ ...options, readOnly: false, retryStrategy: null, lazyConnect: true });
    this.#client = client;
    client.on('error', () => {});
    client.on('ready', () => this.#listenTo([...this.#topics.keys()]));
    client.on('message', (name: string, message: string) => {
      for (const listener of this.#topics.get(name) ?? []) listener(message);
    });
    client.once('end', () => {
      clearInterval(this.#heartbeat);
      this.#client = undefined;
      this.#reconnectSoon();
    });
    client.connect().catch(() => {});
    // Without pings, a broken connection looks like one without messages.
    this.#heartbeat = setInterval(() => void client.ping().catch(() => {}), heartbeatMs).unref();
  }

  #reconnectSoon(): void {
    if (this.#closed) return;
    this.#reconnectTimer = setTimeout(() => this.#connect(), 100);
    this.#reconnectTimer.unref();
  }

  close(): void {
    this.#closed = true;
    this.#topics.clear();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#reconnectTimer);
    this.#client?.disconnect();
  }
}
