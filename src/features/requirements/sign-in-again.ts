import { displayOf } from '../../http/interactions/client-display.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import { signInAgainAt, upstreamToAsk } from '../../services/sign-ins/index.ts';
import { signInAgainPage } from '../../views/pages/sign-in-again.ts';
import type { RequirementsDependencies } from './dependencies.ts';

/**
 * Asks for a new sign-in at the upstream before the account changes, where the person came from one and didn't just sign
 * in there. Undefined for every other sign-in.
 */
export const createSignInAgain =
  ({ upstreams }: Pick<RequirementsDependencies, 'upstreams'>) =>
  (visit: Visit, account: Account, form: Form = {}): StepOutcome | undefined => {
    const { page, action, csrf, client, interaction } = visit;
    const upstream = upstreamToAsk(interaction.lastSubmission);
    if (upstream === undefined) return undefined;
    if (form['again'] !== undefined) return { finish: signInAgainAt(interaction.lastSubmission, upstream) };
    return {
      show: signInAgainPage(page, {
        action,
        csrf,
        client: displayOf(client),
        account: account.username,
        upstream: upstreams.nameOf(upstream),
      }),
    };
  };
