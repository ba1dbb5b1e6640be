import type { Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import { type Passkey, PasskeyRefused } from '../../services/passkeys/index.ts';
import type { PasskeyFormModel, PasskeySignal } from '../../views/passkey-form.ts';
import type { SignInDependencies } from './dependencies.ts';
import { emitSignInRefused } from './sign-in-events.ts';

interface PasskeyProblem {
  readonly kind: 'passkey' | 'otherPasskey' | 'throttled';
  readonly waitSeconds?: number;
  /** The browser forgets a passkey that this server doesn't know. */
  readonly signals: readonly PasskeySignal[];
}

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
  ): Promise<{ readonly account: Account; readonly passkey: Passkey } | PasskeyProblem>;
}

export const isPasskeyForm = (form: Form): boolean => form['credential'] !== undefined;

const purposeOf = ({ interaction }: Visit) => ['sign-in', interaction.uid] as const;

const idIn = (credential: string): string => {
  const { id }: { readonly id?: unknown } = JSON.parse(credential);
  return String(id);
};

export const createPasskeySignIn = ({
  config,
  events,
  passkeys,
  throttle,
}: Pick<SignInDependencies, 'config' | 'events' | 'passkeys' | 'throttle'>): PasskeySignIn => ({
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
    const { request } = visit;
    const perAddress = config.security.throttle.passkey_per_address;
    const verdict = await throttle.takeByAddress('passkey', request.ip, perAddress);
    if (!verdict.allowed) {
      emitSignInRefused(events, visit, { reason: 'throttled' });
      return { kind: 'throttled', waitSeconds: verdict.waitSeconds, signals: [] };
    }
    const credential = form['credential'] ?? '';
    try {
      return await passkeys.authenticate(
        { credential, purpose: purposeOf(visit) },
        sessionAccount && { account: sessionAccount.id },
      );
    } catch (error) {
      if (!(error instanceof PasskeyRefused)) throw error;
      const { reason, account } = error;
      emitSignInRefused(events, visit, { reason, ...(account !== undefined && { account }) });
      const signals: readonly PasskeySignal[] =
        reason === 'unknown_passkey'
          ? [{ method: 'signalUnknownCredential', rpId: passkeys.rpId, credentialId: idIn(credential) }]
          : [];
      return { kind: reason === 'other_account' ? 'otherPasskey' : 'passkey', signals };
    }
  },
});
