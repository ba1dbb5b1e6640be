import { interactionPolicy } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import {
  arrivalGone,
  decideFirstSignIn,
  type FirstSignIn,
  isArrivalUsed,
  isWayAllowed,
  labelOf,
} from '../../services/upstreams/index.ts';
import { upstreamNewPage } from '../../views/pages/upstream.ts';
import { type Arrived, type ArrivedDependencies, createArrivedOutcomes } from './arrived.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';
import { pendingIn, submissionWithout } from './pending.ts';
import { backToApplication } from './problem.ts';
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

/** What a person gets who isn't linked to an account, and whose account has their verified address. */
interface Decision {
  readonly decision: FirstSignIn;
  readonly owner: Account | undefined;
}

interface Dependencies
  extends ArrivedDependencies,
    Pick<UpstreamSignInDependencies, 'arrivals' | 'upstreams'> {}

export const createArrivalStep = (dependencies: Dependencies): Step => {
  const { arrivals, provisioning, upstreams } = dependencies;
  const { refuse, signInKnown, create, linkOwner } = createArrivedOutcomes(dependencies);

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

  const decide = async ({ identity, upstream }: Arrived): Promise<Decision> => {
    const owner = await provisioning.ownerOfAddress(identity);
    const isVerified = identity.email?.isVerified ?? false;
    return { owner, decision: decideFirstSignIn(upstream, { isVerified, hasOwner: owner !== undefined }) };
  };

  const answerFirst = async (arrived: Arrived, { decision, owner }: Decision): Promise<StepOutcome> => {
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

  const findArrived = async (visit: Visit): Promise<Arrived | StepOutcome> => {
    const pending = pendingIn(visit.interaction, 'upstream');
    if (!pending) return { finish: { ...visit.interaction.lastSubmission } };
    const { identity, leftAt, arrivedAt, consume } = await arrivals.find(
      pending.arrival,
      purposeOf(pending.uid),
    );
    const upstream = upstreams.findFor(identity);
    // An upstream that was removed or replaced meanwhile signs no one in, whatever it has said before.
    if (!upstream) throw arrivalGone();
    const arrived = { visit, upstream, identity, leftAt, arrivedAt, consume };
    return isWayAllowed(visit.client, upstream.id) ? arrived : refuse(arrived, 'not_allowed');
  };

  /** Signs in the account that the person is linked to. Without one, `answer` decides. */
  const signInOr = async (
    visit: Visit,
    answer: (arrived: Arrived, decision: Decision) => Promise<StepOutcome>,
  ): Promise<StepOutcome> => {
    const arrived = await findArrived(visit);
    if (!('identity' in arrived)) return arrived;
    try {
      const outcome = await signInKnown(arrived);
      if (outcome) return outcome;
      const decision = await decide(arrived);
      // The owner of the address may be the person, whose account another request has just made.
      return (decision.owner && (await signInKnown(arrived))) ?? (await answer(arrived, decision));
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
      return signInOr(visit, answerFirst);
    },

    async submit(visit, form: Form) {
      const back = backToApplication(form);
      if (back) return back;
      return signInOr(visit, async (arrived, decided) => {
        const { decision } = decided;
        // The page may be older than what it offers.
        if (form['create'] !== undefined && decision === 'choose') return create(arrived);
        if (form['link'] === undefined || (decision !== 'choose' && decision !== 'sign_in'))
          return answerFirst(arrived, decided);
        const { upstream, ...rest } = { ...visit.interaction.lastSubmission };
        return { finish: { ...rest, upstream_link: upstream } };
      });
    },
  };
};
