import { exitCode, Failure } from '#src/errors.ts';
import type { Algorithm } from './algorithms.ts';
import type { Rotatable } from './contract.ts';
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
  rotatingSeries,
} from './plan.ts';

const conflict = (code: string, message: string): Failure =>
  new Failure({ code, status: 409, exit: exitCode.conflict, message });

const refuseRemote = (line: KeySeries, { remote }: PlanContext): void => {
  if (!remote.includes(line)) return;
  throw conflict(
    'remote_key',
    `${line} is signed by a remote signer: rotate the key there and in keys.remote.`,
  );
};

const refuseUnknown = (line: KeySeries, planner: PlanContext): void => {
  if (rotatingSeries(planner).includes(line)) return;
  throw new Failure({
    code: 'not_rotating',
    exit: exitCode.usage,
    message: `${line} has no key that rotates here: name one of ${rotatingSeries(planner).join(', ')}.`,
  });
};

export const planRotation = async (
  ring: KeyRing,
  planner: PlanContext,
  what: Rotatable | undefined,
  atOnce: boolean,
): Promise<Change | undefined> => {
  if (ring.gone || ring.kids.length === 0) {
    throw conflict('no_keys', 'There are no keys to follow: start the server, which makes the first ones.');
  }
  if (what) {
    refuseRemote(what, planner);
    refuseUnknown(what, planner);
  }
  // What derives the successors of refresh tokens changes at one stamp on every process, or a client that asks two of
  // them at once would be told of a successor that nobody keeps: it never changes at once.
  const soon = atOnce && what !== 'refresh';
  const wanted = what ? [what] : rotatingSeries(planner).filter((line) => !(soon && line === 'refresh'));
  const lines = soon ? wanted : wanted.filter((line) => !hasSuccessor(ring, line, planner.now));
  if (lines.length > 0) return planSuccessors(ring, lines, planner, soon ? planner.now : undefined);
  throw conflict(
    'rotation_under_way',
    `${wanted.join(', ')}: a successor is published already; wait until it signs.`,
  );
};

const refuseUnlessIdle = (ring: KeyRing, kid: string, planner: PlanContext): void => {
  if (!ring.kids.includes(kid)) {
    throw new Failure({
      code: 'key_not_found',
      status: 404,
      exit: exitCode.notFound,
      message: `There is no key ${kid}: \`postern keys list\` shows all.`,
    });
  }
  if (inUse(ring, kid, planner)) {
    throw conflict('key_in_use', `The key ${kid} signs or is about to: rotate first.`);
  }
};

export const planPruning = (ring: KeyRing, planner: PlanContext, kid?: string): Change | undefined => {
  if (kid === undefined) return planRemovalOfGone(ring, planner);
  refuseUnlessIdle(ring, kid, planner);
  return planRemoval([kid]);
};

/** Planned again each time another process came in between: the key is read once, before. */
export const planImport = async (text: string, wanted: Algorithm | undefined) => {
  const { key, alg } = await readPrivateKey(text, wanted);
  const material = materialOf(key, alg);
  return (ring: KeyRing, planner: PlanContext): Change => {
    refuseRemote(alg, planner);
    const lead = leadOf(alg, planner.timing);
    const from = activeEntry(ring, alg, planner.now) ? planner.now + lead : backdatedStart(planner);
    const change = planSuccessor(ring, alg, material, from, planner);
    const [kid] = change.add.map((draft) => draft.kid);
    if (kid && ring.kids.includes(kid)) throw conflict('key_exists', `The key ${kid} is here already.`);
    if (!hasSuccessor(ring, alg, planner.now)) return change;
    throw conflict('rotation_under_way', `${alg}: a successor is published already; wait until it signs.`);
  };
};
