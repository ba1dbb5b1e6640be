import { randomBytes } from 'node:crypto';
import { Unavailable } from '#src/store/errors.ts';
import type { Timing } from './driver.ts';
import type { Link } from './link.ts';
import { scripts } from './scripts.ts';
import { bodyLine } from './text.ts';
import type { Group } from './writes.ts';

interface Doubt {
  readonly groups: readonly Group[];
  /** In the server's time: from then on that commit can't arrive any more. */
  readonly notAfter: string;
}

/** Others are back as well by then, and have taken back what they left undecided. */
const othersSettleMs = 2_000;

/**
 * Names commits, and knows those whose outcome was never learned. Each is taken back as soon as the server answers
 * again; until then nobody here may see what it claimed or made. Bounded: when full, no more commits that would need it
 * are sent. What a process of its own can and can't know is in docs/decisions (an answer that never came).
 */
export class Undecided {
  readonly #link: Link;
  readonly #limitMs: number;
  readonly #us = randomBytes(6).toString('base64url');
  readonly #doubts = new Map<string, Doubt>();
  readonly #flying = new Map<string, (() => void)[]>();
  #timer: NodeJS.Timeout | undefined;
  #working = false;
  #named = 0;
  #othersSettledAt = 0;

  constructor(link: Link, { operationTimeoutMs, deadlineMs }: Timing) {
    this.#link = link;
    this.#limitMs = operationTimeoutMs;
    link.onReady((silentMs) => {
      // Shorter than that, whoever missed an answer asked again and has it by now.
      if (silentMs > deadlineMs - operationTimeoutMs)
        this.#othersSettledAt = performance.now() + othersSettleMs;
      this.#soon(0);
    });
  }

  /** A new nonce; those of this process begin alike. */
  name(): string {
    return `${this.#us}${(this.#named++).toString(36)}`;
  }

  get some(): boolean {
    return this.#doubts.size > 0;
  }

  depart(nonce: string): void {
    this.#flying.set(nonce, []);
  }

  arrive(nonce: string): void {
    const waiting = this.#flying.get(nonce);
    this.#flying.delete(nonce);
    if (waiting) for (const proceed of waiting) proceed();
  }

  touches(nonce: string | undefined): boolean {
    return nonce !== undefined && (this.#flying.has(nonce) || this.#doubts.has(nonce));
  }

  /** What a commit of this process did counts for others here only once its outcome is known. */
  async known(nonce: string, limitMs: number): Promise<void> {
    const waiting = this.#flying.get(nonce);
    if (waiting)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    if (this.touches(nonce))
      throw new Unavailable('the outcome of a commit of this process is not known yet');
  }

  /**
   * An outage may have cost another process the answer to its commit as well. Until it had the time to take that back,
   * its claim is not the second use that it looks like.
   */
  async claimStands(nonce: string, limitMs: number): Promise<void> {
    if (this.touches(nonce)) await this.known(nonce, limitMs);
    else if (performance.now() < this.#othersSettledAt && !nonce.startsWith(this.#us))
      throw new Unavailable('another process may still take back what it claimed before the outage');
  }

  refuseWhenFull(): void {
    if (this.#doubts.size >= 10_000)
      throw new Unavailable('too many commits wait to be taken back: Redis did not answer for long');
  }

  add(nonce: string, doubt: Doubt): void {
    this.#doubts.set(nonce, doubt);
    this.#soon(50);
  }

  #soon(ms: number): void {
    if (this.#doubts.size === 0 || this.#working) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.settle(), ms);
    this.#timer.unref();
  }

  /** Never fails. */
  async settle(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    const all = [...this.#doubts];
    for (let at = 0; at < all.length && this.#link.ready; at += 16)
      await Promise.all(
        all.slice(at, at + 16).map(async ([nonce, doubt]) => {
          if (await this.undo(nonce, doubt.groups, doubt.notAfter)) this.#doubts.delete(nonce);
        }),
      );
    this.#working = false;
    this.#soon(100);
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
          return this.#link.ask('evalsha', [...args, ...former], { limitMs: this.#limitMs });
        }),
    );
    return undone.every((one) => one.status === 'fulfilled' && one.value === 1);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#doubts.clear();
  }
}
