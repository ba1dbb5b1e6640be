import type { Factors } from '../factors/index.ts';
import type { RequiredStrength, StrengthOf } from './section.ts';

/** For accounts without a second factor. */
const anySignIn: RequiredStrength = { isReachedBy: () => true, parameters: {} };

/**
 * An account with a second factor needs it for sensitive actions. The sign-in of the account pages asks for it, also in a
 * browser that is remembered (services/sign-ins), so no parameter is needed.
 */
const withSecondFactor: RequiredStrength = {
  isReachedBy: ({ amr }) => amr.includes('mfa'),
  parameters: {},
};

export const createStrengthOf =
  (factors: Pick<Factors, 'of'>): StrengthOf =>
  async (account) =>
    (await factors.of(account)).authenticators.length > 0 ? withSecondFactor : anySignIn;
