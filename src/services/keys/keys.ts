import { exitCode, Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import { planImport, planPruning, planRotation, previewRotation } from './commands.ts';
import type { KeyInfo, Keys } from './contract.ts';
import { createCurrentKeys } from './current-keys.ts';
import { describe, emitKeyChanges } from './describe.ts';
import { keyEncryptionKey } from './key-encryption-key.ts';
import type { KeyRing } from './key-ring.ts';
import { type Change, createRingStore, keysTopic } from './key-ring-store.ts';
import { type PlanContext, planMaintenance } from './plan.ts';
import { createPoller } from './poller.ts';
import { remoteKeys } from './remote-keys.ts';
import { createSecretCipher } from './secret-cipher.ts';
import { createSerialQueue } from './serial-queue.ts';
import type { KeysConfig } from './settings.ts';
import { stageOf } from './stages.ts';
import { timingOf } from './timing.ts';

interface Dependencies {
  readonly store: Store;
  readonly config: KeysConfig;
  readonly clock: Clock;
  readonly events: Events;
  /** Called for a poll that failed, a listener that threw, and a record that can't be used. */
  readonly onError?: (error: unknown) => void;
  /** False for commands: they create no keys unasked, and no timer. */
  readonly maintain?: boolean;
}

type Plan = (ring: KeyRing, context: PlanContext) => Promise<Change | undefined> | Change | undefined;

export const createKeys = async (dependencies: Dependencies): Promise<Keys> => {
  const { store, config, clock, events, onError = () => {}, maintain = true } = dependencies;
  const { bytes, origin } = await keyEncryptionKey(config, store);
  const cipher = createSecretCipher(bytes);
  const timing = timingOf(config);
  const remote = remoteKeys(config);
  const ringStore = createRingStore(store, cipher, origin);
  const currentKeys = createCurrentKeys(clock, config.keys.algorithms, onError);
  const queue = createSerialQueue();
  let ring: KeyRing = { entries: [], faults: [], kids: [], vanished: false };

  const planContext = (): PlanContext => {
    const now = clock.now();
    const remoteNow = remote.filter(({ stamps }) => stageOf(stamps, now) === 'active');
    return { config: config.keys, timing, clock, now, remote: remoteNow.map(({ jwk }) => jwk.alg) };
  };

  const accept = (read: KeyRing): void => {
    if (read === ring) return;
    const reported = new Set(ring.faults.map(({ message }) => message));
    for (const { message, fix } of read.faults)
      if (!reported.has(message)) onError(new Error(`${message} ${fix}`));
    ring = read;
    currentKeys.accept([...read.entries, ...remote]);
  };

  const change = (plan: Plan): Promise<Change | undefined> =>
    queue(async () => {
      const { ring: read, made } = await ringStore.change((seen) => plan(seen, planContext()));
      accept(read);
      if (made) emitKeyChanges(events, made);
      return made;
    });

  const list = () => describe([...ring.entries, ...remote], clock.now());

  const added = (made: Change | undefined): readonly KeyInfo[] => {
    const kids = new Set(made?.add.map(({ kid }) => kid));
    return list().filter(({ kid }) => kids.has(kid));
  };

  const reload = () => queue(async () => accept(await ringStore.load()));

  const refresh = async (): Promise<void> => {
    currentKeys.current();
    await (maintain ? change(planMaintenance) : reload());
  };

  await refresh();
  const nextPollMs = () => Math.min(timing.poll, currentKeys.nextChange() - clock.now());
  const poller = createPoller({ poll: refresh, nextPollMs, onError });
  const unsubscribe = maintain ? store.subscribe(keysTopic, poller.pollNow) : () => {};
  if (maintain) poller.start();

  return {
    current: currentKeys.current,
    onChange: currentKeys.onChange,
    cipher,
    list,
    faults: () => ring.faults,
    rotate: async (what, { now = false } = {}) =>
      added(await change((seen, context) => planRotation(seen, context, what, now))),
    previewRotation: (what, { now = false } = {}) => previewRotation(ring, planContext(), what, now),
    prune: async (kid) => (await change((seen, context) => planPruning(seen, context, kid)))?.remove ?? [],
    import: async (text, alg) => added(await change(await planImport(text, alg))),
    async exportPrivate(kid) {
      const jwk = await ringStore.exportPrivate(kid);
      if (jwk) return jwk;
      throw new Failure({
        code: 'key_not_found',
        status: 404,
        exit: exitCode.notFound,
        message: `There is no signing key ${kid} here: \`postern keys list\` shows all.`,
      });
    },
    refresh,
    async close() {
      poller.stop();
      unsubscribe();
      await queue(async () => {});
    },
  };
};
