import { exitCode, Failure } from '#src/errors.ts';
import type { Events } from '#src/events.ts';
import type { Clock, Store } from '#src/store/port.ts';
import { createBox } from './box.ts';
import { planImport, planPruning, planRotation } from './commands.ts';
import type { KeyInfo, Keys } from './contract.ts';
import { describe, tellChange } from './describe.ts';
import { heartbeat, inTurn } from './heartbeat.ts';
import { keyEncryptionKey } from './key-encryption-key.ts';
import { maintenance, type Planner } from './plan.ts';
import { createPresent } from './present.ts';
import { remoteKeys } from './remote-keys.ts';
import type { Ring } from './ring.ts';
import { type Change, createRingStore, topic } from './ring-store.ts';
import type { KeysConfig } from './settings.ts';
import { stageOf } from './stages.ts';
import { timingOf } from './timing.ts';

interface Dependencies {
  readonly store: Store;
  readonly config: KeysConfig;
  readonly clock: Clock;
  readonly events: Events;
  /** Told what went wrong behind the scenes: a poll that failed, a listener that threw, a record that can't be used. */
  readonly onFault?: (error: unknown) => void;
  /** False for a command: it makes nothing by itself and keeps no timer. */
  readonly maintain?: boolean;
}

type Plan = (ring: Ring, planner: Planner) => Promise<Change | undefined> | Change | undefined;

export const createKeys = async (dependencies: Dependencies): Promise<Keys> => {
  const { store, config, clock, events, onFault = () => {}, maintain = true } = dependencies;
  const { bytes, origin } = await keyEncryptionKey(config, store);
  const box = createBox(bytes);
  const timing = timingOf(config);
  const remote = remoteKeys(config);
  const rings = createRingStore(store, box, origin);
  const present = createPresent(clock, config.keys.algorithms, onFault);
  const queue = inTurn();
  let ring: Ring = { entries: [], faults: [], kids: [], gone: false };

  const planner = (): Planner => {
    const now = clock.now();
    const remoteNow = remote.filter(({ stamps }) => stageOf(stamps, now) === 'active');
    return { config: config.keys, timing, clock, now, remote: remoteNow.map(({ jwk }) => jwk.alg) };
  };

  const accept = (read: Ring): void => {
    const told = new Set(ring.faults.map(({ message }) => message));
    for (const { message, fix } of read.faults)
      if (!told.has(message)) onFault(new Error(`${message} ${fix}`));
    ring = read;
    present.accept([...read.entries, ...remote]);
  };

  const change = (plan: Plan): Promise<Change | undefined> =>
    queue(async () => {
      const { ring: read, made } = await rings.change((seen) => plan(seen, planner()));
      accept(read);
      if (made) tellChange(events, made);
      return made;
    });

  const list = () => describe([...ring.entries, ...remote], clock.now());

  const added = (made: Change | undefined): readonly KeyInfo[] => {
    const kids = new Set(made?.add.map(({ kid }) => kid));
    return list().filter(({ kid }) => kids.has(kid));
  };

  const look = () => queue(async () => accept(await rings.load()));

  const wake = async (): Promise<void> => {
    present.current();
    await (maintain ? change(maintenance) : look());
  };

  await wake();
  const wait = () => Math.min(timing.poll, present.until() - clock.now());
  const beat = heartbeat({ beat: wake, wait, onFault });
  const unwatch = maintain ? store.watch(topic, beat.now) : () => {};
  if (maintain) beat.start();

  return {
    current: present.current,
    onChange: present.onChange,
    box,
    list,
    faults: () => ring.faults,
    rotate: async (what, { now = false } = {}) =>
      added(await change((seen, plan) => planRotation(seen, plan, what, now))),
    prune: async (kid) => (await change((seen, plan) => planPruning(seen, plan, kid)))?.remove ?? [],
    import: async (text, alg) => added(await change(await planImport(text, alg))),
    async exportPrivate(kid) {
      const jwk = await rings.exportPrivate(kid);
      if (jwk) return jwk;
      throw new Failure({
        code: 'key_not_found',
        status: 404,
        exit: exitCode.notFound,
        message: `There is no signing key ${kid} here: \`postern keys list\` shows all.`,
      });
    },
    wake,
    async close() {
      beat.stop();
      unwatch();
      await queue(async () => {});
    },
  };
};
