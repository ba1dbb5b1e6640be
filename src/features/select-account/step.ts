import type { interactionPolicy } from 'oidc-provider';
import { faceOf } from '../../http/interactions/faces.ts';
import type { Form, Outcome, Step, Visit } from '../../http/interactions/step.ts';
import { selectAccountPage } from '../../views/pages/select-account.ts';
import type { Accounts } from '../accounts/index.ts';
import { anotherAccount } from '../sign-in/index.ts';

export const createSelectStep = (accounts: Accounts, prompt: interactionPolicy.Prompt): Step => {
  const finish = ({ interaction }: Visit, more: object = {}): Outcome => ({
    finish: { ...interaction.lastSubmission, select_account: {}, ...more },
  });

  return {
    name: 'select_account',
    prompt,

    async show(visit): Promise<Outcome> {
      const id = visit.interaction.session?.accountId;
      const account = id === undefined ? undefined : await accounts.find(id);
      if (!account?.enabled) return finish(visit, anotherAccount);
      const { email } = account.claims;
      return {
        show: selectAccountPage(visit.page, {
          action: visit.action,
          csrf: visit.csrf,
          client: faceOf(visit.client),
          accounts: [
            { id: account.id, name: account.username, ...(typeof email === 'string' && { detail: email }) },
          ],
        }),
      };
    },

    async submit(visit: Visit, form: Form): Promise<Outcome> {
      const same = form['account'] === visit.interaction.session?.accountId;
      return finish(visit, same ? {} : anotherAccount);
    },
  };
};
