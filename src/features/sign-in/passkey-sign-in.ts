import type { Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import type { Passkey } from '../../services/passkeys/index.ts';
import { createCheckPasskey, type RefusedPasskey } from '../../services/sign-ins/index.ts';
import type { PasskeyFormModel } from '../../views/passkey-form.ts';
import type { SignInDependencies } from './dependencies.ts';
import { emitSignInRefused } from './sign-in-events.ts';

/** What the login page and its form need of passkeys. */
export interface PasskeySignIn {
  /** The form of the page; undefined where no passkey can be used. */
  form(
    visit: Visit,
    options: { readonly sessionAccount: Account | undefined; readonly isRefused: boolean },
  ): Promise<PasskeyFormModel | undefined>;
  submit(
    visit: Visit,
    form: Form,
    sessionAccount: Account | undefined,
  ): Promise<{ readonly account: Account; readonly passkey: Passkey } | RefusedPasskey>;
}

const purposeOf = ({ interaction }: Visit) => ['sign-in', interaction.uid] as const;

export const createPasskeySignIn = ({
  config,
  events,
  passkeys,
  throttle,
}: Pick<SignInDependencies, 'config' | 'events' | 'passkeys' | 'throttle'>): PasskeySignIn => {
  const checkPasskey = createCheckPasskey({ config, passkeys, throttle });

  return {
    async form(visit, { sessionAccount, isRefused }) {
      if (!passkeys.isEnabled) return undefined;
      const options = await passkeys.requestOptions(purposeOf(visit), sessionAccount?.id);
      // An account that signs in again may have no passkey.
      if (sessionAccount && options.allowCredentials.length === 0) return undefined;
      return {
        action: visit.action,
        csrf: visit.csrf,
        options,
        // A refused passkey that autofill offers again would be sent again and again.
        autofill: !isRefused && sessionAccount === undefined,
      };
    },

    async submit(visit, form, sessionAccount) {
      const outcome = await checkPasskey(visit, form, {
        purpose: purposeOf(visit),
        expected: sessionAccount,
      });
      if ('kind' in outcome) {
        const { reason, account } = outcome;
        emitSignInRefused(events, visit, { reason, ...(account !== undefined && { account }) });
      }
      return outcome;
    },
  };
};
