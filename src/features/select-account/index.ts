/**
 * Owns the question "as whom?": asked when the application wants it asked, or names somebody who is not the one signed
 * in. One browser has one session, so the choice is between the person who is signed in and signing in as another.
 */
import { interactionPolicy } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { matchesHint } from './login-hint.ts';
import { createSelectAccountStep } from './select-account-step.ts';

export const selectAccount = (accounts: Accounts): Feature => {
  const { Check, Prompt } = interactionPolicy;
  const prompt = new Prompt(
    { name: 'select_account', requestable: true },
    new Check('login_hint', 'another person is signed in', 'account_selection_required', async ({ oidc }) => {
      const { session, result, params, client } = oidc;
      const hint = params?.['login_hint'];
      if (session?.accountId === undefined || typeof hint !== 'string') return false;
      if (result?.login || result?.['select_account']) return false;
      // With no page to show, the answer would let any application guess who is signed in: only one that knows may ask.
      const isKnown = client !== undefined && session.grantIdFor(client.clientId) !== undefined;
      if (oidc.prompts.has('none') && !isKnown) return false;
      return !matchesHint(await accounts.find(session.accountId), hint);
    }),
  );
  // With nobody signed in there is nothing to choose from: signing in is the choice.
  const requestedCheck = prompt.checks.get('select_account_prompt');
  const isPromptPending = requestedCheck?.check;
  if (requestedCheck && isPromptPending) {
    requestedCheck.check = async (ctx) =>
      ctx.oidc.session?.accountId !== undefined && !ctx.oidc.result?.login && isPromptPending(ctx);
  }
  return { name: 'select-account', steps: [createSelectAccountStep(accounts, prompt)] };
};
