import { Redis } from 'ioredis';
import type { OnMessage } from '#src/store/port.ts';
import type { Connection } from './connection.ts';
import type { Timing } from './driver.ts';
import type { KeyNames } from './key-names.ts';

/**
 * How long a broken connection may go unnoticed. What processes follow in the store they also read again as often,
 * because messages can be lost.
 */
const heartbeatMs = 10_000;

/**
 * The second connection, which receives messages. When it is lost, it reconnects (to any server of a cluster), subscribes
 * again, and tells the subscribers that messages may be missing.
 */
export class Subscriber {
  readonly #connection: Connection;
  readonly #names: KeyNames;
  readonly #timing: Timing;
  readonly #topics = new Map<string, Set<OnMessage>>();
  #client: Redis | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  /** Since the last time that all topics were subscribed to, a connection has ended or couldn't be made. */
  #wasLost = false;
  #closed = false;

  constructor(connection: Connection, names: KeyNames, timing: Timing) {
    this.#connection = connection;
    this.#names = names;
    this.#timing = timing;
  }

  subscribe(topic: string, listener: OnMessage): () => void {
    if (this.#closed) return () => {};
    const name = this.#names.topic(topic);
    // Each call is a separate subscription, even with the same function.
    const own: OnMessage = (message) => listener(message);
    const listeners = this.#topics.get(name);
    if (listeners) listeners.add(own);
    else {
      this.#topics.set(name, new Set([own]));
      if (this.#client?.status === 'ready') void this.#listenTo([name]);
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

  async #listenTo(names: string[]): Promise<void> {
    const client = this.#client;
    if (!client || names.length === 0) return;
    const wasLost = this.#wasLost;
    try {
      await client.subscribe(...names);
    } catch {
      client.disconnect();
      return;
    }
    if (!wasLost || this.#client !== client) return;
    this.#wasLost = false;
    // From here on each change is announced, so what is read now stays up to date.
    for (const name of names) this.#deliver(name, undefined);
  }

  #deliver(name: string, message: string | undefined): void {
    for (const listener of this.#topics.get(name) ?? []) listener(message);
  }

  #connect(): void {
    // A subscription in the pause before a reconnection connects at once, and must not leave a second connection.
    clearTimeout(this.#reconnectTimer);
    const options = this.#connection.subscriberOptions();
    if (!options) {
      this.#wasLost = true;
      this.#reconnectSoon();
      return;
    }
    const client = new Redis({ ...options, readOnly: false, retryStrategy: null, lazyConnect: true });
    this.#client = client;
    client.on('error', () => {});
    client.on('ready', () => void this.#listenTo([...this.#topics.keys()]));
    client.on('message', (name: string, message: string) => this.#deliver(name, message));
    client.once('end', () => {
      clearInterval(this.#heartbeat);
      this.#client = undefined;
      this.#wasLost = true;
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
