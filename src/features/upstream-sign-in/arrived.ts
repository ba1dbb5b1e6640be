import type { SecurityEvent } from '../../events.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import { type Account, isProofCurrent } from '../../services/accounts/index.ts';
import { withoutSignInAgain } from '../../services/sign-ins/index.ts';
import {
  arrivalGone,
  type ConnectedUpstream,
  type UpstreamIdentity,
} from '../../services/upstreams/index.ts';
import type { Write } from '../../store/port.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';
import { describeLinker, emitRefused, emitSignIn } from './events.ts';
import { submissionWithout } from './pending.ts';
import { showProblem } from './problem.ts';

/** A person who came back from an upstream. */
export interface Arrived {
  readonly visit: Visit;
  readonly upstream: ConnectedUpstream;
  readonly identity: UpstreamIdentity;
  /** When they left for it, in milliseconds since the epoch. */
  readonly leftAt: number;
  /** When they came back, in milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Uses the arrival up. */
  readonly consume: Write;
}

export type ArrivedDependencies = Pick<
  UpstreamSignInDependencies,
  'admission' | 'completeSignIn' | 'config' | 'events' | 'linking' | 'provisioning' | 'throttle'
>;

/** Each way in which the visit of a person who came back can end. */
export const createArrivedOutcomes = ({
  admission,
  completeSignIn,
  config,
  events,
  linking,
  provisioning,
  throttle,
}: ArrivedDependencies) => {
  const refuse = (
    { visit, upstream }: Arrived,
    kind: 'disabled' | 'no_account' | 'address_taken' | 'not_allowed' | 'other_issuer',
    account?: Account,
  ): StepOutcome => {
    const reason = kind === 'disabled' ? 'account_disabled' : `upstream_${kind}`;
    emitRefused(events, visit, {
      upstream: upstream.id,
      reason,
      ...(account && { account: account.id }),
    });
    return showProblem(visit, { kind, upstream });
  };

  const signIn = async (
    { visit, upstream, identity, leftAt, arrivedAt }: Arrived,
    account: Account,
  ): Promise<StepOutcome> => {
    const { id, isEnough } = upstream;
    const { acr, amr, subject, sid, signedInAt, isAskedAgain } = identity;
    const result = await completeSignIn(visit, {
      account,
      amr,
      at: arrivedAt,
      // A session keeps its kind of cookie when its owner signs in again.
      remember: visit.interaction.session?.accountId === account.id,
      upstream: {
        id,
        subject,
        isEnough,
        leftAt,
        ...(sid !== undefined && { sid }),
        ...(acr !== undefined && { acr }),
        ...(signedInAt !== undefined && { signedInAt }),
        ...(isAskedAgain && { isAskedAgain }),
      },
    });
    // Otherwise the step for the second factor does it.
    if (result.login) emitSignIn(events, visit, account.id, id);
    const others = withoutSignInAgain(submissionWithout(visit.interaction, 'upstream'));
    return { finish: { ...others, ...result } };
  };

  const emitSignUp = (
    { visit, upstream }: Arrived,
    result: Pick<SecurityEvent, 'outcome' | 'reason' | 'account'>,
  ): void =>
    events.emit({
      type: 'sign-up',
      ...result,
      client: visit.client.clientId,
      address: visit.request.ip,
      correlation: visit.request.id,
      details: { upstream: upstream.id },
    });

  /** The browser may have kept its way back until what was signed in to the account had ended. */
  const requireCurrent = ({ leftAt }: Arrived, account: Account): void => {
    if (!isProofCurrent(account, leftAt)) throw arrivalGone();
  };

  /** The account that this person is linked to. Its claims and groups become what the upstream says now. */
  const signInKnown = async (arrived: Arrived): Promise<StepOutcome | undefined> => {
    const { identity, consume } = arrived;
    const known = await provisioning.find(identity);
    if (!known) return undefined;
    if (!known.isSamePerson) return refuse(arrived, 'other_issuer', known.account);
    if (!known.account.enabled) return refuse(arrived, 'disabled', known.account);
    requireCurrent(arrived, known.account);
    const account = await provisioning.update(known.stored, known.account, identity, [consume]);
    return account && signIn(arrived, account);
  };

  const create = async (arrived: Arrived): Promise<StepOutcome> => {
    const { visit, identity, consume, upstream } = arrived;
    const verdict = await throttle.takeByAddress(
      'create-account',
      visit.request.ip,
      config.security.throttle.registration_per_address,
    );
    if (!verdict.allowed) {
      emitSignUp(arrived, { outcome: 'refused', reason: 'throttled' });
      const page = showProblem(visit, { kind: 'unavailable', upstream });
      return { ...page, status: 429, headers: { 'retry-after': String(verdict.waitSeconds) } } as StepOutcome;
    }
    admission.assertRoomToLast();
    const account = await provisioning.create(identity, [consume]);
    if (account) {
      emitSignUp(arrived, { outcome: 'ok', account: account.id });
      return signIn(arrived, account);
    }
    // Another request of the same person was quicker, or another account has the address.
    return (await signInKnown(arrived)) ?? refuse(arrived, 'address_taken');
  };

  const linkOwner = async (arrived: Arrived, owner: Account): Promise<StepOutcome> => {
    if (!owner.enabled) return refuse(arrived, 'disabled', owner);
    requireCurrent(arrived, owner);
    const { visit, identity, consume } = arrived;
    const account = await linking.link(owner, identity, consume, describeLinker(visit));
    if (!account) return (await signInKnown(arrived)) ?? refuse(arrived, 'no_account');
    return signIn(arrived, account);
  };

  return { refuse, signInKnown, create, linkOwner };
};
