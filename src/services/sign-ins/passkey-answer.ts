import type { Config } from '#config';
import type { Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { PasskeySignal } from '../../views/passkey-form.ts';
import type { Account } from '../accounts/index.ts';
import { type ChallengePurpose, type Passkey, PasskeyRefused, type Passkeys } from '../passkeys/index.ts';
import type { Throttle } from '../throttle/index.ts';

export interface RefusedPasskey {
  readonly kind: 'passkey' | 'otherPasskey' | 'throttled';
  /** For the audit record. */
  readonly reason: string;
  /** The owner of the passkey, if it has one. */
  readonly account?: string;
  readonly waitSeconds?: number;
  /** The browser forgets a passkey that this server doesn't know. */
  readonly signals: readonly PasskeySignal[];
}

interface Dependencies {
  readonly config: { readonly security: Pick<Config['security'], 'throttle'> };
  readonly passkeys: Pick<Passkeys, 'authenticate' | 'rpId'>;
  readonly throttle: Pick<Throttle, 'takeByAddress'>;
}

export const isPasskeyForm = (form: Form): boolean => form['credential'] !== undefined;

const idIn = (credential: string): string => {
  const { id }: { readonly id?: unknown } = JSON.parse(credential);
  return String(id);
};

/**
 * Whose passkey answered the options of a page of a sign-in. With `expected`, only passkeys of that account are
 * accepted.
 */
export const createCheckPasskey =
  ({ config, passkeys, throttle }: Dependencies) =>
  async (
    { request }: Visit,
    form: Form,
    { purpose, expected }: { readonly purpose: ChallengePurpose; readonly expected: Account | undefined },
  ): Promise<{ readonly account: Account; readonly passkey: Passkey } | RefusedPasskey> => {
    const perAddress = config.security.throttle.passkey_per_address;
    const verdict = await throttle.takeByAddress('passkey', request.ip, perAddress);
    if (!verdict.allowed) {
      const { waitSeconds } = verdict;
      return { kind: 'throttled', reason: 'throttled', waitSeconds, signals: [] };
    }
    const credential = form['credential'] ?? '';
    try {
      return await passkeys.authenticate({ credential, purpose }, expected && { account: expected.id });
    } catch (error) {
      if (!(error instanceof PasskeyRefused)) throw error;
      const { reason, account } = error;
      return {
        kind: reason === 'other_account' ? 'otherPasskey' : 'passkey',
        reason,
        ...(account !== undefined && { account }),
        signals:
          reason === 'unknown_passkey'
            ? [{ method: 'signalUnknownCredential', rpId: passkeys.rpId, credentialId: idIn(credential) }]
            : [],
      };
    }
  };
