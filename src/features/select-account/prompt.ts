import { interactionPolicy } from 'oidc-provider';
import type { Accounts } from '../../services/accounts/index.ts';
import { matchesHint } from './login-hint.ts';

const { Check, Prompt } = interactionPolicy;

const createHintCheck = (accounts: Accounts): interactionPolicy.Check =>
  new Check('login_hint', 'another person is signed in', 'account_selection_required', ({ oidc }) => {
    const { session, result, params, client } = oidc;
    const hint = params?.['login_hint'];
    if (session?.accountId === undefined || typeof hint !== 'string') return false;
    if (result?.login || result?.['select_account']) return false;
    // With `prompt=none` the error would let any application test who is signed in. Only a client that already has a
    // grant of this person gets it.
    const isKnownClient = client !== undefined && session.grantIdFor(client.clientId) !== undefined;
    if (oidc.prompts.has('none') && !isKnownClient) return false;
    return accounts.find(session.accountId).then((account) => !matchesHint(account, hint));
  });

/** Without a session there is no choice to offer: the sign-in that follows is the choice. */
const skipWithoutSession = (prompt: interactionPolicy.Prompt): void => {
  const promptCheck = prompt.checks.get('select_account_prompt');
  const isPromptPending = promptCheck?.check;
  if (!promptCheck || !isPromptPending) throw new Error('oidc-provider has no check for a requested prompt');
  promptCheck.check = (ctx) =>
    ctx.oidc.session?.accountId !== undefined && !ctx.oidc.result?.login && isPromptPending(ctx);
};

export const createSelectAccountPrompt = (accounts: Accounts): interactionPolicy.Prompt => {
  const prompt = new Prompt({ name: 'select_account', requestable: true }, createHintCheck(accounts));
  skipWithoutSession(prompt);
  return prompt;
};
