import type { interactionPolicy } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Form, Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { selectAccountPage } from '../../views/pages/select-account.ts';
import { signInAsAnother } from '../sign-in/index.ts';

export const createSelectAccountStep = (accounts: Accounts, prompt: interactionPolicy.Prompt): Step => {
  const finish = ({ interaction }: Visit, more: object = {}): StepOutcome => ({
    finish: { ...interaction.lastSubmission, select_account: {}, ...more },
  });

  return {
    name: 'select_account',
    prompt,

    async show(visit): Promise<StepOutcome> {
      const id = visit.interaction.session?.accountId;
      const account = id === undefined ? undefined : await accounts.find(id);
      if (!account?.enabled) return finish(visit, signInAsAnother);
      const { email } = account.claims;
      return {
        show: selectAccountPage(visit.page, {
          action: visit.action,
          csrf: visit.csrf,
          client: displayOf(visit.client),
          accounts: [
            { id: account.id, name: account.username, ...(typeof email === 'string' && { detail: email }) },
          ],
        }),
      };
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const isSameAccount = form['account'] === visit.interaction.session?.accountId;
      return finish(visit, isSameAccount ? {} : signInAsAnother);
    },
  };
};
