/**
 * Owns how people make their own account, where the operator lets them (`pages.create_account`): by the wish of an
 * application (`prompt=create`, Initiating User Registration via OpenID Connect), or by a link on the login page. Not
 * the rules of names and passwords, which accounts have.
 */
import { interactionPolicy } from 'oidc-provider';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock } from '../../store/port.ts';
import { createAccountStep } from './create-account-step.ts';

export interface CreateAccountDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly throttle: Throttle;
  readonly levels: AuthenticationLevels;
}

export const createAccount = (dependencies: CreateAccountDependencies): Feature => {
  if (!dependencies.config.pages.create_account) return { name: 'create-account' };
  const { Check, Prompt } = interactionPolicy;
  const prompt = new Prompt(
    { name: 'create', requestable: true },
    new Check('wanted', 'the person wants to make an account', ({ oidc }) =>
      Boolean(oidc.result?.['register'] && !oidc.result['create']),
    ),
  );
  return { name: 'create-account', steps: [createAccountStep(dependencies, prompt)] };
};
