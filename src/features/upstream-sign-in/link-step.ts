import { interactionPolicy } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { isSignInEnded } from '../../services/accounts/index.ts';
import { displayOfAccount, findSignedInAccount } from '../../services/sign-ins/index.ts';
import { arrivalGone, isArrivalUsed, labelOf } from '../../services/upstreams/index.ts';
import { upstreamLinkPage } from '../../views/pages/upstream.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';
import { describeLinker } from './events.ts';
import { pendingIn, submissionWithout } from './pending.ts';
import { purposeOf } from './purpose.ts';

const { Check, Prompt } = interactionPolicy;

const createPrompt = (): interactionPolicy.Prompt =>
  new Prompt(
    { name: 'upstream_link', requestable: false },
    new Check('upstream_link', 'an upstream is to be linked', 'interaction_required', ({ oidc }) =>
      Boolean(oidc.result?.['upstream_link'] && oidc.result.login && oidc.session?.accountId),
    ),
  );

/** Asks for a sign-in even if there is a session: what is linked can sign in from then on. */
export const addLinkCheck = (prompt: interactionPolicy.Prompt): void => {
  prompt.checks.add(
    new Check('upstream_link', 'the account to link has to sign in', 'login_required', ({ oidc }) =>
      Boolean(oidc.result?.['upstream_link'] && !oidc.result.login),
    ),
  );
};

/** What the steps before found out, as `CompleteSignIn` says it. */
interface SignIn {
  readonly accountId?: string;
  readonly ts?: number | undefined;
  /** When the person signed in at an upstream; 0 where it isn't known. */
  readonly authTs?: number;
}

/** In seconds. The way back from the upstream takes some of it. */
const maxAgeOfSignIn = 300;

/** The request to the upstream asks for it, and the upstream confirms it: `signInRequestOf`. */
const isRecent = ({ ts = 0, authTs = ts }: SignIn): boolean => ts - authTs <= maxAgeOfSignIn;

type Dependencies = Pick<UpstreamSignInDependencies, 'accounts' | 'arrivals' | 'linking' | 'upstreams'>;

/**
 * Links a person of an upstream to the account that has just signed in, with everything that its sign-in takes. The
 * account is that of the session, and the person that of the arrival: no field of the form names either.
 */
export const createLinkStep = ({ accounts, arrivals, linking, upstreams }: Dependencies): Step => {
  const goOn = ({ interaction }: Visit): StepOutcome => ({
    finish: submissionWithout(interaction, 'upstream_link'),
  });

  const find = async (visit: Visit) => {
    const { interaction, provider } = visit;
    const pending = pendingIn(interaction, 'upstream_link');
    const signIn: SignIn | undefined = interaction.lastSubmission?.login;
    const session = await provider.Session.findByUid(interaction.session?.uid ?? '');
    const account = session && (await findSignedInAccount(session, accounts));
    if (!pending || !account || account.id !== signIn?.accountId || !isRecent(signIn)) return undefined;
    const { identity, consume } = await arrivals.find(pending.arrival, purposeOf(pending.uid));
    const upstream = upstreams.findFor(identity);
    return upstream && upstream.link !== 'never' ? { account, identity, consume, upstream } : undefined;
  };

  return {
    name: 'upstream_link',
    prompt: createPrompt(),

    async show(visit) {
      const found = await find(visit);
      if (!found) return goOn(visit);
      const { account, identity, upstream } = found;
      return {
        show: upstreamLinkPage(visit.page, {
          action: visit.action,
          csrf: visit.csrf,
          client: displayOf(visit.client),
          account: displayOfAccount(account),
          upstream: upstream.name,
          label: labelOf(identity),
        }),
      };
    },

    async submit(visit, form: Form) {
      if (form['connect'] === undefined) return goOn(visit);
      const found = await find(visit);
      if (!found) return goOn(visit);
      const { account, identity, consume } = found;
      try {
        // Another account has it by now: the sign-in goes on, and the next one by this upstream leads there.
        await linking.link(account, identity, consume, describeLinker(visit));
      } catch (error) {
        if (isSignInEnded(error)) return goOn(visit);
        throw isArrivalUsed(error) ? arrivalGone() : error;
      }
      return goOn(visit);
    },
  };
};
