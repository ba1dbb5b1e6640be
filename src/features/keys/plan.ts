import { Failure } from '#src/errors.ts';
import type { Clock } from '#src/store/port.ts';
import { isAlgorithm } from './algorithms.ts';
import { type Entry, rotatingSecrets, secretUses } from './entry.ts';
import { generateMaterial, type Line, lineOf, type Material } from './material.ts';
import type { Ring } from './ring.ts';
import type { Change } from './ring-store.ts';
import type { KeysConfig } from './settings.ts';
import { type Stamps, stageOf } from './stages.ts';
import type { Timing } from './timing.ts';

export interface Planner {
  readonly config: KeysConfig['keys'];
  readonly timing: Timing;
  readonly clock: Clock;
  /** When planning began. */
  readonly now: number;
  /** Algorithms that a remote signer signs: no local key is made for them. */
  readonly remote: readonly Line[];
}

const able = (entry: Entry): boolean => entry.use !== 'sig' || entry.signer !== undefined;

const at = (ring: Ring, line: Line): readonly Entry[] =>
  ring.entries.filter((entry) => lineOf(entry) === line);

export const pending = (ring: Ring, line: Line, now: number): boolean =>
  at(ring, line).some((entry) => able(entry) && stageOf(entry.stamps, now) === 'next');

export const signs = (ring: Ring, line: Line, now: number): Entry | undefined =>
  at(ring, line).find((entry) => able(entry) && stageOf(entry.stamps, now) === 'active');

/**
 * A key that follows no other signs since a little while ago: a process whose clock is behind must find it active, or
 * it would make one of its own.
 */
export const sinceBefore = ({ now, timing }: Planner): number => now - timing.secretLead;

/** The successor takes over at `from`; whatever would still sign then retires at that very moment. */
export const introduce = (
  ring: Ring,
  line: Line,
  material: Material,
  from: number,
  { now, timing }: Planner,
): Change => {
  const replaced = at(ring, line).filter(
    ({ stamps }) => (stamps.retire_at ?? Number.POSITIVE_INFINITY) > now,
  );
  const until = Math.max(from, now);
  const retired = ({ stamps }: Entry): Stamps => ({
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

const together = (changes: readonly Change[]): Change | undefined =>
  changes.length === 0
    ? undefined
    : {
        add: changes.flatMap(({ add }) => add),
        restamp: new Map(changes.flatMap(({ restamp }) => [...restamp])),
        remove: changes.flatMap(({ remove }) => remove),
      };

export const leadOf = (line: Line, timing: Timing): number =>
  isAlgorithm(line) ? timing.signingLead : timing.secretLead;

const localAlgorithms = ({ config, remote }: Planner): readonly Line[] =>
  config.algorithms.filter((alg) => !remote.includes(alg));

export const rotating = (planner: Planner): readonly Line[] => [
  ...localAlgorithms(planner),
  ...rotatingSecrets,
];

/** Signs here, or is going to. */
export const inUse = (ring: Ring, kid: string, planner: Planner): boolean => {
  const entry = ring.entries.find((each) => each.kid === kid);
  const lines: readonly Line[] = [...localAlgorithms(planner), ...secretUses];
  if (!entry || !able(entry) || !lines.includes(lineOf(entry))) return false;
  return ['active', 'next'].includes(stageOf(entry.stamps, planner.now));
};

/** All successors are generated at the same time: RSA ones take a while, and their lead begins after it. */
export const successors = async (
  ring: Ring,
  lines: readonly Line[],
  planner: Planner,
  from?: number,
): Promise<Change | undefined> => {
  const materials = await Promise.all(
    lines.map(async (line) => [line, await generateMaterial(line, planner.config.rsa_bits)] as const),
  );
  const made = { ...planner, now: planner.clock.now() };
  return together(
    materials.map(([line, material]) =>
      introduce(ring, line, material, from ?? made.now + leadOf(line, made.timing), made),
    ),
  );
};

const gone = (ring: Ring, now: number): readonly string[] =>
  ring.entries.filter(({ stamps }) => stageOf(stamps, now) === 'gone').map(({ kid }) => kid);

export const forgetting = (remove: readonly string[]): Change | undefined =>
  remove.length === 0 ? undefined : { add: [], restamp: new Map(), remove };

export const forgetGone = (ring: Ring, { now }: Planner): Change | undefined => forgetting(gone(ring, now));

const due = (ring: Ring, line: Line, { timing, now }: Planner): boolean => {
  const active = signs(ring, line, now);
  if (!active || pending(ring, line, now)) return false;
  const lostItsSuccessor = active.stamps.retire_at !== undefined;
  const old = now >= active.stamps.active_at + timing.rotateEvery - leadOf(line, timing);
  return lostItsSuccessor || (timing.rotateEvery > 0 && old);
};

/** Made anew, a pairwise salt would change every pairwise subject: one that is damaged waits for its backup. */
const mayBegin = (ring: Ring, line: Line): boolean =>
  line !== 'pairwise' || !ring.kids.some((kid) => kid.startsWith(`${line}-`));

/** New keys are for an empty store: in place of those that are gone they would end every token and session. */
const refuseToReplace = ({ kids, entries }: Ring): void => {
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
export const maintenance = async (ring: Ring, planner: Planner): Promise<Change | undefined> => {
  const { now } = planner;
  if (ring.gone) {
    refuseToReplace(ring);
    return undefined;
  }
  const absent = [...localAlgorithms(planner), ...secretUses].filter(
    (line) => !signs(ring, line, now) && mayBegin(ring, line),
  );
  const old = rotating(planner).filter((line) => due(ring, line, planner));
  const changes = await Promise.all([
    successors(ring, absent, planner, sinceBefore(planner)),
    successors(ring, old, planner),
    forgetGone(ring, planner),
  ]);
  return together(changes.filter((change) => change !== undefined));
};
