import { randomBytes } from 'node:crypto';
import { StoreUnavailable } from '#src/store/errors.ts';
import { bodyLine } from './codec.ts';
import type { Connection } from './connection.ts';
import type { Timing } from './driver.ts';
import { scripts } from './scripts.ts';
import type { Group } from './writes.ts';

interface DoubtfulCommit {
  readonly groups: readonly Group[];
  /** In the server's time: from then on that commit can't arrive any more. */
  readonly notAfter: string;
}

/** Others are back as well by then, and have taken back what they left inDoubt. */
const othersSettleMs = 2_000;

/**
 * Names commits, and knows those whose outcome was never learned. Each is taken back as soon as the server answers
 * again; until then nobody here may see what it claimed or made. Bounded: when full, no more commits that would need it
 * are sent. What a process of its own can and can't know is in docs/decisions (an answer that never came).
 */
export class InDoubtCommits {
  readonly #connection: Connection;
  readonly #limitMs: number;
  readonly #processId = randomBytes(6).toString('base64url');
  readonly #inDoubt = new Map<string, DoubtfulCommit>();
  readonly #inFlight = new Map<string, (() => void)[]>();
  #timer: NodeJS.Timeout | undefined;
  #working = false;
  #count = 0;
  #othersSettledAt = 0;

  constructor(connection: Connection, { operationTimeoutMs, deadlineMs }: Timing) {
    this.#connection = connection;
    this.#limitMs = operationTimeoutMs;
    connection.onReady((silentMs) => {
      // Shorter than that, whoever missed an answer asked again and has it by now.
      if (silentMs > deadlineMs - operationTimeoutMs)
        this.#othersSettledAt = performance.now() + othersSettleMs;
      this.#schedule(0);
    });
  }

  /** A new nonce; those of this process begin alike. */
  createNonce(): string {
    return `${this.#processId}${(this.#count++).toString(36)}`;
  }

  get hasCommits(): boolean {
    return this.#inDoubt.size > 0;
  }

  begin(nonce: string): void {
    this.#inFlight.set(nonce, []);
  }

  end(nonce: string): void {
    const waiting = this.#inFlight.get(nonce);
    this.#inFlight.delete(nonce);
    if (waiting) for (const proceed of waiting) proceed();
  }

  has(nonce: string | undefined): boolean {
    return nonce !== undefined && (this.#inFlight.has(nonce) || this.#inDoubt.has(nonce));
  }

  /** What a commit of this process did counts for others here only once its outcome is known. */
  async awaitOutcome(nonce: string, limitMs: number): Promise<void> {
    const waiting = this.#inFlight.get(nonce);
    if (waiting)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    if (this.has(nonce))
      throw new StoreUnavailable('the outcome of a commit of this process is not known yet');
  }

  /**
   * An outage may have cost another process the answer to its commit as well. Until it had the time to take that back,
   * its claim is not the second use that it looks like.
   */
  async confirmConsumption(nonce: string, limitMs: number): Promise<void> {
    if (this.has(nonce)) await this.awaitOutcome(nonce, limitMs);
    else if (performance.now() < this.#othersSettledAt && !nonce.startsWith(this.#processId))
      throw new StoreUnavailable('another process may still take back what it claimed before the outage');
  }

  refuseWhenFull(): void {
    if (this.#inDoubt.size >= 10_000)
      throw new StoreUnavailable('too many commits wait to be taken back: Redis did not answer for long');
  }

  add(nonce: string, commit: DoubtfulCommit): void {
    this.#inDoubt.set(nonce, commit);
    this.#schedule(50);
  }

  #schedule(ms: number): void {
    if (this.#inDoubt.size === 0 || this.#working) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.undoAll(), ms);
    this.#timer.unref();
  }

  /** Never fails. */
  async undoAll(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    const all = [...this.#inDoubt];
    for (let at = 0; at < all.length && this.#connection.ready; at += 16)
      await Promise.all(
        all.slice(at, at + 16).map(async ([nonce, doubt]) => {
          if (await this.undo(nonce, doubt.groups, doubt.notAfter)) this.#inDoubt.delete(nonce);
        }),
      );
    this.#working = false;
    this.#schedule(100);
  }

  async undo(nonce: string, groups: readonly Group[], notAfter = '0'): Promise<boolean> {
    const undone = await Promise.allSettled(
      groups
        .filter((group) => !group.entries)
        .map(({ keys, writes }) => {
          const documents = keys.flatMap((key, i) => {
            const write = writes[i];
            return write === undefined ? [] : [{ key, write }];
          });
          const former = documents.map(({ write }) =>
            write.op === 'replace' ? `=${bodyLine(write.expected)}` : '',
          );
          const args = [
            scripts.undo,
            String(documents.length),
            ...documents.map(({ key }) => key),
            nonce,
            notAfter,
          ];
          return this.#connection.send('evalsha', [...args, ...former], { limitMs: this.#limitMs });
        }),
    );
    return undone.every((one) => one.status === 'fulfilled' && one.value === 1);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#inDoubt.clear();
  }
}
