import type { interactionPolicy } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { displayOfAccount, signInAsAnother } from '../../services/sign-ins/index.ts';
import { selectAccountPage } from '../../views/pages/select-account.ts';

export const createSelectAccountStep = (accounts: Accounts, prompt: interactionPolicy.Prompt): Step => {
  const finish = ({ interaction }: Visit, result: object = {}): StepOutcome => ({
    finish: { ...interaction.lastSubmission, select_account: {}, ...result },
  });

  return {
    name: 'select_account',
    prompt,

    async show(visit): Promise<StepOutcome> {
      const id = visit.interaction.session?.accountId;
      const account = id === undefined ? undefined : await accounts.find(id);
      if (!account?.enabled) return finish(visit, signInAsAnother);
      return {
        show: selectAccountPage(visit.page, {
          action: visit.action,
          csrf: visit.csrf,
          client: displayOf(visit.client),
          accounts: [{ id: account.id, ...displayOfAccount(account) }],
        }),
      };
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const isSameAccount = form['account'] === visit.interaction.session?.accountId;
      return finish(visit, isSameAccount ? {} : signInAsAnother);
    },
  };
};
