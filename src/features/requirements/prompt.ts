import { interactionPolicy } from 'oidc-provider';
import type { Visit } from '../../http/interactions/step.ts';
import type { Account, Accounts, Requirement } from '../../services/accounts/index.ts';
import { findSignedInAccount, pendingRequirements } from '../../services/sign-ins/index.ts';

const { Check, Prompt } = interactionPolicy;

export const createRequirementPrompt = (requirement: Requirement): interactionPolicy.Prompt =>
  new Prompt(
    { name: `required_${requirement}`, requestable: false },
    new Check(
      `required_${requirement}`,
      'an operator requires it of this person',
      'interaction_required',
      (ctx) => pendingRequirements(ctx).includes(requirement),
    ),
  );

/**
 * The account of whom it is still required; undefined when another tab has done it, when the account is gone, or when the
 * sign-in doesn't count any more, as after another temporary password.
 */
export const requiredOf = async (
  requirement: Requirement,
  { interaction, provider }: Visit,
  accounts: Pick<Accounts, 'find'>,
): Promise<Account | undefined> => {
  const session = await provider.Session.findByUid(interaction.session?.uid ?? '');
  const account = session && (await findSignedInAccount(session, accounts));
  return account?.required?.includes(requirement) ? account : undefined;
};
