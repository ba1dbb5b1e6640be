import { exitCode, Failure } from '../../errors.ts';
import type { Algorithm } from './algorithms.ts';
import type { Rotatable, RotationPreview } from './contract.ts';
import { readPrivateKey } from './import.ts';
import type { KeyRing } from './key-ring.ts';
import type { Change } from './key-ring-store.ts';
import { type KeySeries, materialOf } from './material.ts';
import {
  activeEntry,
  backdatedStart,
  hasSuccessor,
  inUse,
  leadOf,
  type PlanContext,
  planRemoval,
  planRemovalOfGone,
  planSuccessor,
  planSuccessors,
  replacedEntries,
  rotatingSeries,
} from './plan.ts';

const conflict = (code: string, message: string): Failure =>
  new Failure({ code, status: 409, exit: exitCode.conflict, message });

const refuseRemote = (series: KeySeries, { remote }: PlanContext): void => {
  if (!remote.includes(series)) return;
  throw conflict(
    'remote_key',
    `${series} is signed by a remote signer: rotate the key there and in keys.remote.`,
  );
};

const refuseUnknown = (series: KeySeries, context: PlanContext): void => {
  if (rotatingSeries(context).includes(series)) return;
  throw new Failure({
    code: 'not_rotating',
    exit: exitCode.usage,
    message: `${series} has no key that rotates here: name one of ${rotatingSeries(context).join(', ')}.`,
  });
};

interface Rotation {
  readonly series: readonly KeySeries[];
  /** When the successors begin to sign. Absent: after the lead of their series. */
  readonly from?: number;
}

/** What a rotation would replace. Throws when it can't take place. */
const rotationOf = (
  ring: KeyRing,
  context: PlanContext,
  what: Rotatable | undefined,
  atOnce: boolean,
): Rotation => {
  if (ring.vanished || ring.kids.length === 0) {
    throw conflict('no_keys', 'There are no keys to follow: start the server, which makes the first ones.');
  }
  if (what) {
    refuseRemote(what, context);
    refuseUnknown(what, context);
  }
  // The refresh secret derives the successors of refresh tokens, so it has to change on all processes at one time. With
  // two secrets in use, a client that retries at another process would get a successor that isn't stored. That is why
  // it never changes at once.
  const soon = atOnce && what !== 'refresh';
  const wanted = what ? [what] : rotatingSeries(context).filter((each) => !(soon && each === 'refresh'));
  const series = soon ? wanted : wanted.filter((each) => !hasSuccessor(ring, each, context.now));
  if (series.length > 0) return { series, ...(soon && { from: context.now }) };
  throw conflict(
    'rotation_under_way',
    `${wanted.join(', ')}: a successor is published already; wait until it signs.`,
  );
};

export const planRotation = async (
  ring: KeyRing,
  context: PlanContext,
  what: Rotatable | undefined,
  atOnce: boolean,
): Promise<Change | undefined> => {
  const { series, from } = rotationOf(ring, context, what, atOnce);
  return planSuccessors(ring, series, context, from);
};

export const previewRotation = (
  ring: KeyRing,
  context: PlanContext,
  what: Rotatable | undefined,
  atOnce: boolean,
): readonly RotationPreview[] => {
  const { series, from } = rotationOf(ring, context, what, atOnce);
  return series.map((each) => {
    const signsFrom = from ?? context.now + leadOf(each, context.timing);
    return {
      series: each,
      replaces: replacedEntries(ring, each, context.now).map(({ kid }) => kid),
      signsFrom,
      formerUntil: signsFrom + context.timing.keep,
    };
  });
};

const refuseUnlessIdle = (ring: KeyRing, kid: string, context: PlanContext): void => {
  if (!ring.kids.includes(kid)) {
    throw new Failure({
      code: 'key_not_found',
      status: 404,
      exit: exitCode.notFound,
      message: `There is no key ${kid}: \`postern keys list\` shows all.`,
    });
  }
  if (inUse(ring, kid, context)) {
    throw conflict('key_in_use', `The key ${kid} signs or is about to: rotate first.`);
  }
};

export const planPruning = (ring: KeyRing, context: PlanContext, kid?: string): Change | undefined => {
  if (kid === undefined) return planRemovalOfGone(ring, context);
  refuseUnlessIdle(ring, kid, context);
  return planRemoval([kid]);
};

/** Reads the key once. The plan runs again whenever another process changed the keys in between. */
export const planImport = async (text: string, wanted: Algorithm | undefined) => {
  const { key, alg } = await readPrivateKey(text, wanted);
  const material = materialOf(key, alg);
  return (ring: KeyRing, context: PlanContext): Change => {
    refuseRemote(alg, context);
    const lead = leadOf(alg, context.timing);
    const from = activeEntry(ring, alg, context.now) ? context.now + lead : backdatedStart(context);
    const change = planSuccessor(ring, alg, material, from, context);
    const [kid] = change.add.map((draft) => draft.kid);
    if (kid && ring.kids.includes(kid)) throw conflict('key_exists', `The key ${kid} is here already.`);
    if (!hasSuccessor(ring, alg, context.now)) return change;
    throw conflict('rotation_under_way', `${alg}: a successor is published already; wait until it signs.`);
  };
};
