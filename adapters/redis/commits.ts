import { Conflict, type ConflictReason, Unavailable } from '#src/store/errors.ts';
import type { Clock, Write } from '#src/store/port.ts';
import type { Timing } from './driver.ts';
import type { Names } from './keys.ts';
import type { Fate, Link } from './link.ts';
import { scripts } from './scripts.ts';
import type { ServerClock } from './server-clock.ts';
import type { Undecided } from './undecided.ts';
import { addWrite, type Group, newGroup } from './writes.ts';

interface Parts {
  readonly link: Link;
  readonly names: Names;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly undecided: Undecided;
  readonly timing: Timing;
  /** Told of each trip; groups that travel side by side make one. */
  readonly trip: <T>(work: () => Promise<T>) => Promise<T>;
}

interface Run {
  readonly nonce: string;
  readonly since: number;
  readonly mode: '' | 'm';
  readonly fate: Fate;
  /** In the server's time; set by the last send. */
  notAfter: string;
  /** More than a dry run was sent. */
  wrote: boolean;
}

export const createCommits = (parts: Parts) => {
  const { link, names, clock, serverClock, undecided, timing, trip } = parts;

  const groupsOf = (writes: readonly Write[]): Group[] => {
    if (!link.clustered) {
      const all = newGroup(false);
      for (const write of writes) addWrite(names, write, () => all);
      return [all];
    }
    const groups = new Map<string, Group>();
    const of = (name: string, entries: boolean): Group => {
      const id = `${entries ? 'x' : 'd'}${name}`;
      let group = groups.get(id);
      if (group === undefined) {
        group = newGroup(entries);
        groups.set(id, group);
      }
      return group;
    };
    for (const write of writes) addWrite(names, write, of);
    return [...groups.values()];
  };

  const send = async (group: Group, run: Run, mode: '' | 'm' | 'd'): Promise<void> => {
    for (;;) {
      const spent = performance.now() - run.since;
      run.notAfter = serverClock.after(run.since, timing.deadlineMs);
      if (mode !== 'd') run.wrote = true;
      const reply = await link.ask(
        'evalsha',
        [
          scripts.commit,
          String(group.keys.length),
          ...group.keys,
          run.nonce,
          String(clock.now()),
          run.notAfter,
          mode,
          link.clustered ? '' : names.documents,
          ...group.args,
        ],
        {
          limitMs: Math.max(1, Math.min(timing.operationTimeoutMs, timing.deadlineMs - spent)),
          sentLimitMs: Math.max(1, timing.deadlineMs - spent),
          fate: run.fate,
        },
      );
      if (reply === 1) return;
      if (reply !== 'late') throw await conflictOf(group, String(reply), run);
      if (performance.now() - run.since + 50 > timing.deadlineMs)
        throw new Unavailable('Redis did not answer in time');
      await serverClock.measure();
    }
  };

  const conflictOf = async (group: Group, reply: string, run: Run): Promise<Error> => {
    const [number, reason, nonce, at] = reply.split(' ');
    const write = group.writes[Number(number) - 1];
    if (write === undefined || !isReason(reason)) return new Unavailable('Redis gave an answer that is none');
    const limitMs = run.since + timing.deadlineMs - performance.now();
    if (reason === 'claimed' && nonce !== undefined && at !== undefined) {
      if (nonce !== run.nonce) await undecided.claimStands(nonce, limitMs);
      return new Conflict(write.key, reason, { nonce, at: Number.parseInt(at, 36) });
    }
    const maker = nonce?.replace(/^[+~]/, '');
    if (maker !== undefined && maker !== run.nonce && undecided.touches(maker))
      await undecided.known(maker, limitMs);
    return new Conflict(write.key, reason);
  };

  /** Side by side; of several conflicts the first is thrown, and before all a conflict. */
  const sendAll = async (groups: readonly Group[], run: Run, mode: '' | 'm' | 'd'): Promise<void> => {
    const [only] = groups;
    if (only && groups.length === 1) return trip(() => send(only, run, mode));
    await trip(async () => {
      const results = await Promise.allSettled(groups.map((group) => send(group, run, mode)));
      const faults = results.flatMap((result): unknown[] =>
        result.status === 'rejected' ? [result.reason] : [],
      );
      if (faults.length > 0) throw faults.find((fault) => fault instanceof Conflict) ?? faults[0];
    });
  };

  /** The claims last: a crash on the way leaves no spent code without its tokens. */
  const inOrder = async (groups: readonly Group[], run: Run): Promise<void> => {
    const conditional = groups.filter((group) => group.conditional);
    if (groups.length > 1 && conditional.length > 0) await sendAll(conditional, run, 'd');
    for (const rank of [0, 1, 2]) {
      const now = groups.filter((group) => group.rank === rank);
      if (now.length > 0) await sendAll(now, run, run.mode);
    }
  };

  return async (writes: readonly Write[]): Promise<void> => {
    const groups = groupsOf(writes);
    const decides = groups.some((group) => group.conditional);
    if (decides) undecided.refuseWhenFull();
    const run: Run = {
      nonce: undecided.name(),
      since: performance.now(),
      mode: decides ? 'm' : '',
      fate: { open: 0 },
      notAfter: '0',
      wrote: false,
    };
    if (decides) undecided.depart(run.nonce);
    try {
      await (groups.length === 1 ? sendAll(groups, run, run.mode) : inOrder(groups, run));
    } catch (fault) {
      if (decides && run.wrote) {
        // One that may still arrive, or has arrived unheard, is taken back once it can't arrive any more.
        if (run.fate.open > 0) undecided.add(run.nonce, { groups, notAfter: run.notAfter });
        else if (groups.length > 1 && !(await undecided.undo(run.nonce, groups)))
          undecided.add(run.nonce, { groups, notAfter: '0' });
      }
      throw fault;
    } finally {
      if (decides) undecided.arrive(run.nonce);
    }
  };
};

const reasons: readonly string[] = ['exists', 'claimed', 'absent', 'changed'] satisfies ConflictReason[];
const isReason = (text: string | undefined): text is ConflictReason =>
  text !== undefined && reasons.includes(text);
