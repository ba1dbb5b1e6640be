import type { Factors } from '../factors/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import type { RequiredStrength, StrengthOf } from './section.ts';

/** For accounts with nothing but a password. */
const anySignIn: RequiredStrength = { isReachedBy: () => true, parameters: {} };

/**
 * An account with a second factor or a passkey needs one of them for sensitive actions. The sign-in of the account pages
 * asks for it, also in a browser that is remembered (services/sign-ins), so no parameter is needed.
 */
const twoFactors: RequiredStrength = {
  isReachedBy: ({ amr }) => amr.includes('mfa'),
  parameters: {},
};

export const createStrengthOf =
  (factors: Pick<Factors, 'of'>, passkeys: Pick<Passkeys, 'isUsableBy'>): StrengthOf =>
  async (account) => {
    const { authenticators } = await factors.of(account);
    return authenticators.length > 0 || (await passkeys.isUsableBy(account.id)) ? twoFactors : anySignIn;
  };
