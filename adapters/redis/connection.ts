import { Cluster, Command, Redis } from 'ioredis';
import { StoreUnavailable } from '#src/store/errors.ts';
import { predictableRandom } from '#src/store/random.ts';
import type { Address, DriverOptions } from './address.ts';
import { connect, type Timing } from './driver.ts';
import {
  isNoScript,
  isPermanent,
  isReplyError,
  isTransient,
  toOpenError,
  toUnavailable,
  wasNotSent,
} from './driver-errors.ts';
import { scriptText } from './scripts.ts';

/** How many sent commands were never answered. With 0, the server can't have run any of them unnoticed. */
export interface Outcome {
  unanswered: number;
}

export interface CommandOptions {
  readonly limitMs: number;
  /** A longer limit for a command that was sent, because the server may have run it. */
  readonly sentLimitMs?: number;
  /** Don't resend the command when its reply was lost. */
  readonly noResend?: boolean;
  readonly outcome?: Outcome;
}

/** A command whose arguments are texts, and whose reply is. */
class TextCommand extends Command {
  constructor(name: string, args: string[]) {
    super(name, args, { replyEncoding: 'utf8' });
  }
}

/**
 * ioredis gives each command a function by `this.reject = (error) => …`. V8 places a function that is written right
 * behind such an assignment among the old objects. It would keep the command and its arguments until the next full
 * collection, long after the reply.
 */
const initPromise = function (this: Command): void {
  this.promise = new Promise((resolve, reject) => {
    const onReply = (reply: Buffer): void => {
      try {
        resolve(this.transformReply(reply));
        this.isResolved = true;
        this.isSettled = true;
      } catch (error) {
        onError(error);
      }
    };
    const onError = (error: unknown): void => {
      this.isSettled = true;
      reject(error);
    };
    this.resolve = onReply;
    this.reject = onError;
  });
};

// The type of ioredis has it as private, so a class can't declare it.
Object.defineProperty(TextCommand.prototype, 'initPromise', { value: initPromise });

/** The connection for commands. It reconnects for ever, and no command waits longer than its limit. */
export class Connection {
  readonly clustered: boolean;
  readonly #client: Redis | Cluster;
  readonly #single: Redis | undefined;
  readonly #waiting = new Set<() => void>();
  readonly #readyListeners: ((silentMs: number) => void)[] = [];
  #lastError: unknown;
  #inFlight = 0;
  #lastReplyAt = 0;
  #closed = false;
  #corked = false;

  constructor(address: Address, timing: Timing) {
    this.#client = connect(address, timing);
    if (this.#client instanceof Redis) this.#single = this.#client;
    else this.#client.on('node error', (error) => this.#recordError(error));
    this.clustered = address.kind === 'cluster';
    this.#client.on('error', (error) => this.#recordError(error));
    this.#client.on('ready', () => {
      this.#lastError = undefined;
      const silentMs = performance.now() - this.#lastReplyAt;
      for (const listener of this.#readyListeners) listener(silentMs);
      for (const proceed of [...this.#waiting]) proceed();
    });
  }

  #recordError(error: unknown): void {
    this.#lastError = error;
    if (isPermanent(error)) for (const proceed of [...this.#waiting]) proceed();
  }

  async open(deadlineMs: number): Promise<void> {
    this.#client.connect().catch(() => {});
    await new Promise<void>((resolve) => {
      const proceed = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(proceed);
        resolve();
      };
      const timer = setTimeout(proceed, deadlineMs);
      this.#waiting.add(proceed);
    });
    if (this.#client.status === 'ready') return;
    const error = this.#lastError;
    await this.close();
    throw toOpenError(error);
  }

  /** `listener` gets the time since the last reply whenever the connection is ready again. */
  onReady(listener: (silentMs: number) => void): void {
    this.#readyListeners.push(listener);
  }

  assertOpen(): void {
    if (this.#closed) throw new StoreUnavailable('the store is closed');
  }

  get lastError(): unknown {
    return this.#lastError;
  }

  get ready(): boolean {
    return this.#client.status === 'ready';
  }

  /** One connection to each server that holds data, always in the same order. */
  masters(): Redis[] {
    if (this.#single) return [this.#single];
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [];
    const name = ({ options }: Redis): string => `${options.host}:${options.port}`;
    return nodes.sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  /** Options for the separate connection of the subscriber. */
  subscriberOptions(): DriverOptions | undefined {
    if (this.#single) return this.#single.options;
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('all') : [];
    return nodes[Math.floor(predictableRandom() * nodes.length)]?.options;
  }

  /** Fails only with `StoreUnavailable`. */
  send(command: string, args: string[], options: CommandOptions): Promise<unknown> {
    const { limitMs, sentLimitMs = limitMs, noResend = false, outcome } = options;
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new StoreUnavailable('the store is closed'));
      let settled = false;
      let sent = false;
      let lastError: unknown;
      let name = command;
      this.#inFlight++;
      const finish = (): void => {
        settled = true;
        this.#inFlight--;
        clearTimeout(timer);
        this.#waiting.delete(attempt);
      };
      const fail = (error: unknown): void => {
        finish();
        reject(toUnavailable(error));
      };
      const onTimeout = (): void => {
        if (sent && sentLimitMs > limitMs && timer !== extended) {
          timer = extended = setTimeout(onTimeout, sentLimitMs - limitMs);
          return;
        }
        fail(new StoreUnavailable('Redis did not answer in time', { cause: lastError ?? this.#lastError }));
      };
      let extended: NodeJS.Timeout | undefined;
      let timer = setTimeout(onTimeout, limitMs);
      const attempt = (): void => {
        this.#waiting.delete(attempt);
        if (settled) return;
        if (this.#closed) {
          fail(new StoreUnavailable('the store is closed'));
          return;
        }
        if (this.#client.status !== 'ready') {
          this.#waiting.add(attempt);
          return;
        }
        sent = true;
        if (outcome) outcome.unanswered++;
        this.#write(name, args).then(
          (reply) => {
            this.#lastReplyAt = performance.now();
            if (outcome) outcome.unanswered--;
            if (settled) return;
            finish();
            resolve(reply);
          },
          (error: unknown) => {
            const isDefinite = isReplyError(error) || wasNotSent(error);
            if (outcome && isDefinite) outcome.unanswered--;
            if (settled) return;
            lastError = error;
            if (isNoScript(error) && name === 'evalsha') {
              args[0] = scriptText(args[0] ?? '');
              name = 'eval';
              attempt();
            } else if (!isTransient(error) || (noResend && !isDefinite)) fail(error);
            else if (this.#client.status === 'ready') setTimeout(attempt, 20);
            else attempt();
          },
        );
      };
      attempt();
    });
  }

  /** Commands of one turn of the event loop are sent in one packet, because the system call costs most. */
  #write(name: string, args: string[]): Promise<unknown> {
    const stream = this.#single?.stream;
    if (stream && !this.#corked) {
      this.#corked = true;
      stream.cork();
      setImmediate(() => {
        this.#corked = false;
        stream.uncork();
      });
    }
    // The two clients of the driver type this differently; both return a promise.
    return Promise.resolve<unknown>(this.#client.sendCommand(new TextCommand(name, args)));
  }

  async close(graceMs = 0): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const proceed of [...this.#waiting]) proceed();
    for (const end = performance.now() + graceMs; this.#inFlight > 0 && performance.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 10));
    const { status } = this.#client;
    if (status === 'end') return;
    if (status !== 'ready' && status !== 'connect' && status !== 'connecting')
      return this.#client.disconnect();
    const ended = new Promise<void>((resolve) => {
      this.#client.once('end', () => resolve());
      setTimeout(resolve, 1_000).unref();
    });
    this.#client.disconnect();
    await ended;
  }
}
