import { randomBytes } from 'node:crypto';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Clock } from '#src/store/port.ts';
import { bodyLine } from './codec.ts';
import type { Connection } from './connection.ts';
import type { Timing } from './driver.ts';
import type { KeyNames } from './key-names.ts';
import { scripts } from './scripts.ts';
import type { Group } from './writes.ts';

interface Dependencies {
  readonly connection: Connection;
  readonly names: KeyNames;
  readonly clock: Clock;
  readonly timing: Timing;
}

interface DoubtfulCommit {
  readonly groups: readonly Group[];
  /** In the server's time. After it the commit can't arrive any more. */
  readonly notAfter: string;
}

/** By then other processes are connected again too and have undone their commits in doubt. */
const othersSettleMs = 2_000;

/**
 * The commits of this process that are in doubt: sent, but without a reply. Each is undone as soon as the server replies
 * again, by the undo log that commit.lua wrote. Until then no other request of this process may see what it wrote. The
 * list is bounded: when it is full, new conditional commits fail at once.
 * docs/decisions/2026-11-21-an-answer-that-never-came.md has the reasons.
 */
export class InDoubtCommits {
  readonly #connection: Connection;
  readonly #names: KeyNames;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #processId = randomBytes(6).toString('base64url');
  readonly #inDoubt = new Map<string, DoubtfulCommit>();
  readonly #inFlight = new Map<string, (() => void)[]>();
  #timer: NodeJS.Timeout | undefined;
  #working = false;
  #count = 0;
  #othersSettledAt = 0;

  constructor({ connection, names, clock, timing: { operationTimeoutMs, deadlineMs } }: Dependencies) {
    this.#connection = connection;
    this.#names = names;
    this.#clock = clock;
    this.#limitMs = operationTimeoutMs;
    connection.onReady((silentMs) => {
      // After a shorter silence, a process that missed a reply has resent its command and has the reply now.
      if (silentMs > deadlineMs - operationTimeoutMs)
        this.#othersSettledAt = performance.now() + othersSettleMs;
      this.#schedule(0);
    });
  }

  /** The nonces of one process begin with the same characters. */
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

  /** Waits for the outcome of a commit of this process, and fails if it stays unknown. */
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
   * Fails if the consumption may still be undone. After an outage, another process may not have received the reply to
   * its commit either. Until it had time to undo that commit, the consumption is no proof of an earlier use.
   */
  async confirmConsumption(nonce: string, limitMs: number): Promise<void> {
    if (this.has(nonce)) await this.awaitOutcome(nonce, limitMs);
    else if (performance.now() < this.#othersSettledAt && !nonce.startsWith(this.#processId))
      throw new StoreUnavailable('another process may still undo what it consumed before the outage');
  }

  refuseWhenFull(): void {
    if (this.#inDoubt.size >= 10_000)
      throw new StoreUnavailable(
        'too many commits wait to be undone: Redis has not answered for a long time',
      );
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
    const { clustered } = this.#connection;
    const undone = await Promise.allSettled(
      groups.map((group) => {
        const [first = ''] = group.keys;
        const log = clustered ? this.#names.undoLog(first) : this.#names.undoLogOfCommit(nonce);
        const keys = [log, ...group.keys];
        const former = group.writes.map((write) => {
          if (write === undefined) return 'z';
          const isChanged = write.op === 'replace' && write.body !== write.expected;
          return isChanged ? `=${bodyLine(write.expected)}` : '';
        });
        const moment = [String(this.#clock.now()), notAfter];
        const args = [nonce, ...moment, clustered ? 'shared' : '', ...former];
        return this.#connection.send('evalsha', [scripts.undo, String(keys.length), ...keys, ...args], {
          limitMs: this.#limitMs,
        });
      }),
    );
    return undone.every((one) => one.status === 'fulfilled' && one.value === 1);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#inDoubt.clear();
  }
}
