import { interactionPolicy } from 'oidc-provider';
import type { SecurityEvent } from '../../events.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import {
  arrivalGone,
  type ConnectedUpstream,
  decideFirstSignIn,
  type FirstSignIn,
  isArrivalUsed,
  isWayAllowed,
  labelOf,
  type UpstreamIdentity,
} from '../../services/upstreams/index.ts';
import type { Write } from '../../store/port.ts';
import { upstreamNewPage } from '../../views/pages/upstream.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';
import { describeLinker, emitRefused, emitSignIn } from './events.ts';
import { pendingIn, submissionWithout } from './pending.ts';
import { backToApplication, showProblem } from './problem.ts';
import { purposeOf } from './purpose.ts';
import { queryNames } from './requests.ts';

const { Check, Prompt } = interactionPolicy;

/** Due when an upstream has sent a person back, until they are signed in or gave it up. */
const createPrompt = (): interactionPolicy.Prompt =>
  new Prompt(
    { name: 'upstream', requestable: false },
    new Check('upstream', 'a person came back from an upstream', 'login_required', ({ oidc }) =>
      Boolean(oidc.result?.['upstream'] && !oidc.result.login),
    ),
  );

/** A person who came back, as the page needs them. */
interface Arrived {
  readonly visit: Visit;
  readonly upstream: ConnectedUpstream;
  readonly identity: UpstreamIdentity;
  /** Uses the arrival up. */
  readonly consume: Write;
}

type Dependencies = Pick<
  UpstreamSignInDependencies,
  | 'accounts'
  | 'admission'
  | 'arrivals'
  | 'completeSignIn'
  | 'config'
  | 'events'
  | 'linking'
  | 'provisioning'
  | 'throttle'
  | 'upstreams'
>;

export const createArrivalStep = ({
  admission,
  arrivals,
  completeSignIn,
  config,
  events,
  linking,
  provisioning,
  throttle,
  upstreams,
}: Dependencies): Step => {
  const refuse = (
    { visit, upstream }: Arrived,
    kind: 'disabled' | 'no_account' | 'address_taken' | 'not_allowed',
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

  const signIn = async ({ visit, upstream, identity }: Arrived, account: Account): Promise<StepOutcome> => {
    const { id, isEnough } = upstream;
    const { acr, amr, subject, sid, signedInAt } = identity;
    const result = await completeSignIn(visit, {
      account,
      amr,
      // A session keeps its kind of cookie when its owner signs in again.
      remember: visit.interaction.session?.accountId === account.id,
      upstream: {
        id,
        subject,
        isEnough,
        ...(sid !== undefined && { sid }),
        ...(acr !== undefined && { acr }),
        ...(signedInAt !== undefined && { signedInAt }),
      },
    });
    // Otherwise the step for the second factor does it.
    if (result.login) emitSignIn(events, visit, account.id, id);
    return { finish: { ...submissionWithout(visit.interaction, 'upstream'), ...result } };
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

  /** The account that this person is linked to. Its claims and groups become what the upstream says now. */
  const signInKnown = async (arrived: Arrived): Promise<StepOutcome | undefined> => {
    const { identity, consume } = arrived;
    const known = await provisioning.find(identity);
    if (!known) return undefined;
    if (!known.account.enabled) return refuse(arrived, 'disabled', known.account);
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
    const { visit, identity, consume } = arrived;
    const account = await linking.link(owner, identity, consume, describeLinker(visit));
    if (!account) return (await signInKnown(arrived)) ?? refuse(arrived, 'no_account');
    return signIn(arrived, account);
  };

  const showChoice = (
    { visit, upstream, identity }: Arrived,
    decision: 'sign_in' | 'choose',
  ): StepOutcome => ({
    show: upstreamNewPage(visit.page, {
      action: visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      upstream: upstream.name,
      label: labelOf(identity),
      mayCreate: decision === 'choose',
      otherWays: `${visit.action}?${queryNames.choose}=yes`,
    }),
  });

  const decide = async ({ identity, upstream }: Arrived) => {
    const owner = await provisioning.ownerOfAddress(identity);
    const isVerified = identity.email?.isVerified ?? false;
    return { owner, decision: decideFirstSignIn(upstream, { isVerified, hasOwner: owner !== undefined }) };
  };

  const answerFirst = async (
    arrived: Arrived,
    decision: FirstSignIn,
    owner: Account | undefined,
  ): Promise<StepOutcome> => {
    switch (decision) {
      case 'create':
        return create(arrived);
      case 'link':
        return owner ? linkOwner(arrived, owner) : refuse(arrived, 'no_account');
      case 'refuse':
        return refuse(arrived, owner ? 'address_taken' : 'no_account');
      default:
        return showChoice(arrived, decision);
    }
  };

  /** Undefined for a visit that has nothing to decide. */
  const findArrived = async (visit: Visit): Promise<Arrived | StepOutcome> => {
    const pending = pendingIn(visit.interaction, 'upstream');
    if (!pending) return { finish: { ...visit.interaction.lastSubmission } };
    const { identity, consume } = await arrivals.find(pending.arrival, purposeOf(pending.uid));
    const upstream = upstreams.find(identity.upstream);
    // An upstream that was removed meanwhile signs no one in, whatever it has said before.
    if (!upstream) throw arrivalGone();
    const arrived = { visit, upstream, identity, consume };
    return isWayAllowed(visit.client, upstream.id) ? arrived : refuse(arrived, 'not_allowed');
  };

  const usingUp = async (action: () => Promise<StepOutcome>): Promise<StepOutcome> => {
    try {
      return await action();
    } catch (error) {
      throw isArrivalUsed(error) ? arrivalGone() : error;
    }
  };

  return {
    name: 'upstream',
    prompt: createPrompt(),

    async show(visit) {
      if (hasQuery(visit.request, queryNames.choose))
        return { finish: submissionWithout(visit.interaction, 'upstream') };
      const arrived = await findArrived(visit);
      if (!('identity' in arrived)) return arrived;
      return usingUp(async () => {
        const known = await signInKnown(arrived);
        if (known) return known;
        const { decision, owner } = await decide(arrived);
        return answerFirst(arrived, decision, owner);
      });
    },

    async submit(visit, form: Form) {
      const back = backToApplication(form);
      if (back) return back;
      const arrived = await findArrived(visit);
      if (!('identity' in arrived)) return arrived;
      return usingUp(async () => {
        const known = await signInKnown(arrived);
        if (known) return known;
        // The page may be older than what it offers.
        const { decision, owner } = await decide(arrived);
        if (form['create'] !== undefined && decision === 'choose') return create(arrived);
        if (form['link'] === undefined || (decision !== 'choose' && decision !== 'sign_in'))
          return answerFirst(arrived, decision, owner);
        const { upstream, ...rest } = { ...visit.interaction.lastSubmission };
        return { finish: { ...rest, upstream_link: upstream } };
      });
    },
  };
};
