import { Conflict, type ConflictReason, StoreUnavailable } from '#src/store/errors.ts';
import type { Clock, Write } from '#src/store/port.ts';
import type { Connection, Outcome } from './connection.ts';
import type { Timing } from './driver.ts';
import type { InDoubtCommits } from './in-doubt.ts';
import type { KeyNames } from './key-names.ts';
import type { Observed } from './observed.ts';
import { invalidReply } from './replies.ts';
import { scripts } from './scripts.ts';
import type { ServerClock } from './server-clock.ts';
import { addWrite, type Group, newGroup, turns } from './writes.ts';

interface Dependencies {
  readonly connection: Connection;
  readonly names: KeyNames;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly inDoubt: InDoubtCommits;
  readonly timing: Timing;
  readonly observe: Observed;
}

/**
 * How the script works: plain, marking (`m`) what it creates so that the commit can be undone, noting (`u`) also what it
 * changes, or as a dry run (`d`) that checks the conditions and writes nothing.
 */
type Mode = '' | 'm' | 'u' | 'd';

interface Run {
  readonly nonce: string;
  readonly startedAt: number;
  readonly mode: '' | 'm';
  /** The commit is one script call. */
  readonly atomic: boolean;
  readonly outcome: Outcome;
  /** In the server's time. Each send sets it. */
  notAfter: string;
  /** A command that writes was sent. */
  mayHaveWritten: boolean;
}

export const createCommits = (dependencies: Dependencies) => {
  const { connection, names, clock, serverClock, inDoubt, timing, observe } = dependencies;

  const groupWrites = (writes: readonly Write[]): Group[] => {
    if (!connection.clustered) {
      const all = newGroup(false);
      for (const write of writes) addWrite(names, write, () => all);
      return [all];
    }
    const groups = new Map<string, Group>();
    const groupFor = (name: string, hasIndexEntriesOnly: boolean): Group => {
      const id = `${hasIndexEntriesOnly ? 'x' : 'd'}${name}`;
      let group = groups.get(id);
      if (group === undefined) {
        group = newGroup(hasIndexEntriesOnly);
        groups.set(id, group);
      }
      return group;
    };
    for (const write of writes) addWrite(names, write, groupFor);
    return [...groups.values()];
  };

  /**
   * What a commit in several parts changes is noted, so that each part can be undone. One that is atomic is undone only
   * when its reply is lost, so it notes no more than what no one else knows: the former index entries of a document.
   */
  const modeOf = (group: Group, run: Run): Mode =>
    run.mode === 'm' && (run.atomic ? group.relists : group.changes) ? 'u' : run.mode;

  const undoLogOf = (group: Group, run: Run, mode: Mode): string | undefined => {
    if (mode === 'd') return undefined;
    // On a cluster, the parts of other commits note what they take over from this one.
    if (connection.clustered) return names.undoLog(group.keys[0] ?? '');
    return mode === 'u' ? names.undoLogOfCommit(run.nonce) : undefined;
  };

  const send = async (group: Group, run: Run, as: 'd' | undefined): Promise<void> => {
    const mode = as ?? modeOf(group, run);
    const undoLog = undoLogOf(group, run, mode);
    const keys = undoLog === undefined ? group.keys : [...group.keys, undoLog];
    for (;;) {
      const elapsed = performance.now() - run.startedAt;
      run.notAfter = serverClock.after(run.startedAt, timing.deadlineMs);
      if (mode !== 'd') run.mayHaveWritten = true;
      const reply = await connection.send(
        'evalsha',
        [
          scripts.commit,
          String(keys.length),
          ...keys,
          run.nonce,
          String(clock.now()),
          run.notAfter,
          mode,
          connection.clustered ? '' : names.documentPrefix,
          undoLog === undefined ? '' : String(undoLogKeptMs),
          ...group.args,
        ],
        {
          limitMs: Math.max(1, Math.min(timing.operationTimeoutMs, timing.deadlineMs - elapsed)),
          sentLimitMs: Math.max(1, timing.deadlineMs - elapsed),
          outcome: run.outcome,
        },
      );
      if (reply === 1) return;
      if (reply !== 'late') throw await toError(group, String(reply), run);
      if (performance.now() - run.startedAt + 50 > timing.deadlineMs)
        throw new StoreUnavailable('Redis did not answer in time');
      await serverClock.measure();
    }
  };

  const toError = async (group: Group, reply: string, run: Run): Promise<Error> => {
    const [number, reason, nonce, at] = reply.split(' ');
    const write = group.writes[Number(number) - 1];
    if (write === undefined || !isReason(reason)) return invalidReply();
    const limitMs = run.startedAt + timing.deadlineMs - performance.now();
    if (reason === 'consumed' && nonce !== undefined && at !== undefined) {
      if (nonce !== run.nonce) await inDoubt.confirmConsumption(nonce, limitMs);
      return new Conflict(write.key, reason, { nonce, at: Number.parseInt(at, 36) });
    }
    const writtenBy = nonce?.replace(/^[+~]/, '');
    if (writtenBy !== undefined && writtenBy !== run.nonce && inDoubt.has(writtenBy))
      await inDoubt.awaitOutcome(writtenBy, limitMs);
    return new Conflict(write.key, reason);
  };

  const sendOne = observe(send);

  /**
   * Sends groups in parallel, which is one round trip. A conflict is thrown before any other error, and the first
   * conflict first.
   */
  const sendAll = observe(async (groups: readonly Group[], run: Run, as?: 'd'): Promise<void> => {
    const results = await Promise.allSettled(groups.map((group) => send(group, run, as)));
    const errors = results.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    if (errors.length > 0) throw errors.find((error) => error instanceof Conflict) ?? errors[0];
  });

  /**
   * Sends consumptions last, so that a crash between two groups leaves no used code without its tokens, and conditions on
   * another document, so that they hold when everything else is written.
   */
  const sendInOrder = async (groups: readonly Group[], run: Run): Promise<void> => {
    const conditional = groups.filter((group) => group.conditional);
    if (groups.length > 1 && conditional.length > 0) await sendAll(conditional, run, 'd');
    for (const turn of turns) {
      const now = groups.filter((group) => group.turn === turn);
      if (now.length > 0) await sendAll(now, run);
    }
  };

  return async (writes: readonly Write[]): Promise<void> => {
    const groups = groupWrites(writes);
    const [only] = groups;
    if (!only || writes.length === 0) return;
    const isConditional = groups.some((group) => group.conditional);
    if (isConditional) inDoubt.refuseWhenFull();
    const run: Run = {
      nonce: inDoubt.createNonce(),
      startedAt: performance.now(),
      mode: isConditional ? 'm' : '',
      atomic: groups.length === 1,
      outcome: { unanswered: 0 },
      notAfter: '0',
      mayHaveWritten: false,
    };
    if (isConditional) inDoubt.begin(run.nonce);
    try {
      await (groups.length === 1 ? sendOne(only, run, undefined) : sendInOrder(groups, run));
    } catch (error) {
      if (isConditional && run.mayHaveWritten) {
        // The commit may still arrive, or its reply was lost. It is undone when it can't arrive any more.
        if (run.outcome.unanswered > 0) inDoubt.add(run.nonce, { groups, notAfter: run.notAfter });
        else if (groups.length > 1 && !(await inDoubt.undo(run.nonce, groups)))
          inDoubt.add(run.nonce, { groups, notAfter: '0' });
      }
      throw error;
    } finally {
      if (isConditional) inDoubt.end(run.nonce);
    }
  };
};

/** An undo log that has expired leaves the rest of a commit that stayed in doubt for longer. */
const undoLogKeptMs = 600_000;

const reasons: readonly string[] = ['exists', 'consumed', 'absent', 'changed'] satisfies ConflictReason[];
const isReason = (text: string | undefined): text is ConflictReason =>
  text !== undefined && reasons.includes(text);
