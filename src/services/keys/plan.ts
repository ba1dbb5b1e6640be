import { Failure } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import { isAlgorithm } from './algorithms.ts';
import { type KeyEntry, rotatingSecrets, secretUses } from './entry.ts';
import type { KeyRing } from './key-ring.ts';
import type { Change } from './key-ring-store.ts';
import { generateMaterial, type KeySeries, type Material, seriesOf } from './material.ts';
import type { KeysConfig } from './settings.ts';
import { type Stamps, stageOf } from './stages.ts';
import type { Timing } from './timing.ts';

/** What planning depends on, apart from the key ring. */
export interface PlanContext {
  readonly config: KeysConfig['keys'];
  readonly timing: Timing;
  readonly clock: Clock;
  /** When planning began. */
  readonly now: number;
  /** Algorithms of the remote signers. The server makes no keys for them. */
  readonly remote: readonly KeySeries[];
}

const isUsable = (entry: KeyEntry): boolean => entry.use !== 'sig' || entry.signer !== undefined;

const entriesIn = (ring: KeyRing, series: KeySeries): readonly KeyEntry[] =>
  ring.entries.filter((entry) => seriesOf(entry) === series);

export const hasSuccessor = (ring: KeyRing, series: KeySeries, now: number): boolean =>
  entriesIn(ring, series).some((entry) => isUsable(entry) && stageOf(entry.stamps, now) === 'next');

export const activeEntry = (ring: KeyRing, series: KeySeries, now: number): KeyEntry | undefined =>
  entriesIn(ring, series).find((entry) => isUsable(entry) && stageOf(entry.stamps, now) === 'active');

/**
 * The first key of a series is active since a moment ago. A process whose clock is behind must find it active, or it
 * would create another one.
 */
export const backdatedStart = ({ now, timing }: PlanContext): number => now - timing.secretLead;

/** The keys that retire when a successor begins to sign. */
export const replacedEntries = (ring: KeyRing, series: KeySeries, now: number): readonly KeyEntry[] =>
  entriesIn(ring, series).filter(({ stamps }) => (stamps.retire_at ?? Number.POSITIVE_INFINITY) > now);

/** The successor signs from `from` on, and at that moment all others of its series retire. */
export const planSuccessor = (
  ring: KeyRing,
  series: KeySeries,
  material: Material,
  from: number,
  { now, timing }: PlanContext,
): Change => {
  const replaced = replacedEntries(ring, series, now);
  const until = Math.max(from, now);
  const retired = ({ stamps }: KeyEntry): Stamps => ({
    ...stamps,
    retire_at: until,
    remove_at: until + timing.keep,
  });
  return {
    add: [material({ created: now, active_at: from })],
    restamp: new Map(replaced.map((entry) => [entry.kid, retired(entry)])),
    remove: [],
  };
};

const mergeChanges = (changes: readonly Change[]): Change | undefined =>
  changes.length === 0
    ? undefined
    : {
        add: changes.flatMap(({ add }) => add),
        restamp: new Map(changes.flatMap(({ restamp }) => [...restamp])),
        remove: changes.flatMap(({ remove }) => remove),
      };

export const leadOf = (series: KeySeries, timing: Timing): number =>
  isAlgorithm(series) ? timing.signingLead : timing.secretLead;

const localAlgorithms = ({ config, remote }: PlanContext): readonly KeySeries[] =>
  config.algorithms.filter((alg) => !remote.includes(alg));

export const rotatingSeries = (context: PlanContext): readonly KeySeries[] => [
  ...localAlgorithms(context),
  ...rotatingSecrets,
];

/** Whether the key signs now, or will. */
export const inUse = (ring: KeyRing, kid: string, context: PlanContext): boolean => {
  const entry = ring.entries.find((each) => each.kid === kid);
  const local: readonly KeySeries[] = [...localAlgorithms(context), ...secretUses];
  if (!entry || !isUsable(entry) || !local.includes(seriesOf(entry))) return false;
  return ['active', 'next'].includes(stageOf(entry.stamps, context.now));
};

/** Successors are generated concurrently, since RSA keys take a while. Their lead begins when all of them exist. */
export const planSuccessors = async (
  ring: KeyRing,
  series: readonly KeySeries[],
  context: PlanContext,
  from?: number,
): Promise<Change | undefined> => {
  const materials = await Promise.all(
    series.map(async (each) => [each, await generateMaterial(each, context.config.rsa_bits)] as const),
  );
  const generated = { ...context, now: context.clock.now() };
  return mergeChanges(
    materials.map(([each, material]) =>
      planSuccessor(ring, each, material, from ?? generated.now + leadOf(each, generated.timing), generated),
    ),
  );
};

const goneKids = (ring: KeyRing, now: number): readonly string[] =>
  ring.entries.filter(({ stamps }) => stageOf(stamps, now) === 'gone').map(({ kid }) => kid);

export const planRemoval = (remove: readonly string[]): Change | undefined =>
  remove.length === 0 ? undefined : { add: [], restamp: new Map(), remove };

export const planRemovalOfGone = (ring: KeyRing, { now }: PlanContext): Change | undefined =>
  planRemoval(goneKids(ring, now));

const isRotationDue = (ring: KeyRing, series: KeySeries, { timing, now }: PlanContext): boolean => {
  const active = activeEntry(ring, series, now);
  if (!active || hasSuccessor(ring, series, now)) return false;
  const lostItsSuccessor = active.stamps.retire_at !== undefined;
  const old = now >= active.stamps.active_at + timing.rotateEvery - leadOf(series, timing);
  return lostItsSuccessor || (timing.rotateEvery > 0 && old);
};

/** Another pairwise salt would change every pairwise subject. A damaged salt has to come back from a backup. */
const mayCreateFirst = (ring: KeyRing, series: KeySeries): boolean =>
  series !== 'pairwise' || !ring.kids.some((kid) => kid.startsWith(`${series}-`));

/** Only an empty store gets new keys. In place of lost ones they would end every token and session. */
const refuseToReplace = ({ kids, entries }: KeyRing): void => {
  if (entries.length > 0) return;
  throw new Failure({
    code: 'keys_lost',
    message: `The store names ${kids.length} keys and holds none of them: restore it from a backup, or remove each with \`postern keys prune --kid\` to start with new ones.`,
  });
};

/**
 * What a process does whenever it looks: a series without a key gets its first one, which signs at once; an old key
 * gets a successor; a key past its `remove_at` is removed.
 */
export const planMaintenance = async (ring: KeyRing, context: PlanContext): Promise<Change | undefined> => {
  const { now } = context;
  if (ring.vanished) {
    refuseToReplace(ring);
    return undefined;
  }
  const absent = [...localAlgorithms(context), ...secretUses].filter(
    (series) => !activeEntry(ring, series, now) && mayCreateFirst(ring, series),
  );
  const old = rotatingSeries(context).filter((series) => isRotationDue(ring, series, context));
  const changes = await Promise.all([
    planSuccessors(ring, absent, context, backdatedStart(context)),
    planSuccessors(ring, old, context),
    planRemovalOfGone(ring, context),
  ]);
  return mergeChanges(changes.filter((change) => change !== undefined));
};
