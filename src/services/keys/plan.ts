import { Failure } from '#src/errors.ts';
import type { Clock } from '#src/store/port.ts';
import { isAlgorithm } from './algorithms.ts';
import { type KeyEntry, rotatingSecrets, secretUses } from './entry.ts';
import type { KeyRing } from './key-ring.ts';
import type { Change } from './key-ring-store.ts';
import { generateMaterial, type KeySeries, type Material, seriesOf } from './material.ts';
import type { KeysConfig } from './settings.ts';
import { type Stamps, stageOf } from './stages.ts';
import type { Timing } from './timing.ts';

export interface PlanContext {
  readonly config: KeysConfig['keys'];
  readonly timing: Timing;
  readonly clock: Clock;
  /** When planning began. */
  readonly now: number;
  /** Algorithms that a remote signer signs: no local key is made for them. */
  readonly remote: readonly KeySeries[];
}

const isUsable = (entry: KeyEntry): boolean => entry.use !== 'sig' || entry.signer !== undefined;

const entriesIn = (ring: KeyRing, line: KeySeries): readonly KeyEntry[] =>
  ring.entries.filter((entry) => seriesOf(entry) === line);

export const hasSuccessor = (ring: KeyRing, line: KeySeries, now: number): boolean =>
  entriesIn(ring, line).some((entry) => isUsable(entry) && stageOf(entry.stamps, now) === 'next');

export const activeEntry = (ring: KeyRing, line: KeySeries, now: number): KeyEntry | undefined =>
  entriesIn(ring, line).find((entry) => isUsable(entry) && stageOf(entry.stamps, now) === 'active');

/**
 * A key that follows no other signs since a little while ago: a process whose clock is behind must find it active, or
 * it would make one of its own.
 */
export const backdatedStart = ({ now, timing }: PlanContext): number => now - timing.secretLead;

/** The successor takes over at `from`; whatever would still sign then retires at that very moment. */
export const planSuccessor = (
  ring: KeyRing,
  line: KeySeries,
  material: Material,
  from: number,
  { now, timing }: PlanContext,
): Change => {
  const replaced = entriesIn(ring, line).filter(
    ({ stamps }) => (stamps.retire_at ?? Number.POSITIVE_INFINITY) > now,
  );
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

export const leadOf = (line: KeySeries, timing: Timing): number =>
  isAlgorithm(line) ? timing.signingLead : timing.secretLead;

const localAlgorithms = ({ config, remote }: PlanContext): readonly KeySeries[] =>
  config.algorithms.filter((alg) => !remote.includes(alg));

export const rotatingSeries = (planner: PlanContext): readonly KeySeries[] => [
  ...localAlgorithms(planner),
  ...rotatingSecrets,
];

/** Signs here, or is going to. */
export const inUse = (ring: KeyRing, kid: string, planner: PlanContext): boolean => {
  const entry = ring.entries.find((each) => each.kid === kid);
  const lines: readonly KeySeries[] = [...localAlgorithms(planner), ...secretUses];
  if (!entry || !isUsable(entry) || !lines.includes(seriesOf(entry))) return false;
  return ['active', 'next'].includes(stageOf(entry.stamps, planner.now));
};

/** All successors are generated at the same time: RSA ones take a while, and their lead begins after it. */
export const planSuccessors = async (
  ring: KeyRing,
  lines: readonly KeySeries[],
  planner: PlanContext,
  from?: number,
): Promise<Change | undefined> => {
  const materials = await Promise.all(
    lines.map(async (line) => [line, await generateMaterial(line, planner.config.rsa_bits)] as const),
  );
  const made = { ...planner, now: planner.clock.now() };
  return mergeChanges(
    materials.map(([line, material]) =>
      planSuccessor(ring, line, material, from ?? made.now + leadOf(line, made.timing), made),
    ),
  );
};

const goneKids = (ring: KeyRing, now: number): readonly string[] =>
  ring.entries.filter(({ stamps }) => stageOf(stamps, now) === 'gone').map(({ kid }) => kid);

export const planRemoval = (remove: readonly string[]): Change | undefined =>
  remove.length === 0 ? undefined : { add: [], restamp: new Map(), remove };

export const planRemovalOfGone = (ring: KeyRing, { now }: PlanContext): Change | undefined =>
  planRemoval(goneKids(ring, now));

const isRotationDue = (ring: KeyRing, line: KeySeries, { timing, now }: PlanContext): boolean => {
  const active = activeEntry(ring, line, now);
  if (!active || hasSuccessor(ring, line, now)) return false;
  const lostItsSuccessor = active.stamps.retire_at !== undefined;
  const old = now >= active.stamps.active_at + timing.rotateEvery - leadOf(line, timing);
  return lostItsSuccessor || (timing.rotateEvery > 0 && old);
};

/** Made anew, a pairwise salt would change every pairwise subject: one that is damaged waits for its backup. */
const mayCreateFirst = (ring: KeyRing, line: KeySeries): boolean =>
  line !== 'pairwise' || !ring.kids.some((kid) => kid.startsWith(`${line}-`));

/** New keys are for an empty store: in place of those that are gone they would end every token and session. */
const refuseToReplace = ({ kids, entries }: KeyRing): void => {
  if (entries.length > 0) return;
  throw new Failure({
    code: 'keys_lost',
    message: `The store names ${kids.length} keys and holds none of them: restore it from a backup, or forget each with \`postern keys prune --kid\` to begin with new ones.`,
  });
};

/**
 * What any process does when it sees it: the first key of a line signs at once (there is none that it could follow),
 * one that is old gets a successor, one that is gone is forgotten.
 */
export const planMaintenance = async (ring: KeyRing, planner: PlanContext): Promise<Change | undefined> => {
  const { now } = planner;
  if (ring.gone) {
    refuseToReplace(ring);
    return undefined;
  }
  const absent = [...localAlgorithms(planner), ...secretUses].filter(
    (line) => !activeEntry(ring, line, now) && mayCreateFirst(ring, line),
  );
  const old = rotatingSeries(planner).filter((line) => isRotationDue(ring, line, planner));
  const changes = await Promise.all([
    planSuccessors(ring, absent, planner, backdatedStart(planner)),
    planSuccessors(ring, old, planner),
    planRemovalOfGone(ring, planner),
  ]);
  return mergeChanges(changes.filter((change) => change !== undefined));
};
