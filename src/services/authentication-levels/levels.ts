import type { Config } from '#config';

export interface AuthenticationLevels {
  /**
   * The level of a sign-in with these methods (RFC 8176). The operator may have set one for the account, too. `second` has
   * the methods of a second factor that was asked for after the others: a passkey then counts as a second factor as well.
   */
  reachedBy(
    account: { readonly acr?: string },
    amr: readonly string[],
    second?: readonly string[],
  ): string | undefined;
  /** The values that this server knows. */
  known(values: readonly string[]): readonly string[];
  /** True if `acr` is one of the values or stronger than one of them. */
  reaches(acr: string | undefined, values: readonly string[]): boolean;
  /** The strongest of the values that `acr` reaches, or `acr` itself if it reaches none. */
  reportedAs(acr: string | undefined, values: readonly string[]): string | undefined;
  /** False if the operator configured no levels. */
  readonly inUse: boolean;
}

/** `security.acr_values` is in ascending order: each level includes those before it. */
export const createAuthenticationLevels = ({ security }: Pick<Config, 'security'>): AuthenticationLevels => {
  const { acr_values: order, factors } = security;
  const rank = (acr: string | undefined): number => (acr === undefined ? -1 : order.indexOf(acr));
  const within = (acr: string | undefined, values: readonly string[]): readonly string[] =>
    values.filter((value) => rank(value) >= 0 && rank(value) <= rank(acr));
  const strongest = (values: readonly (string | undefined)[]): string | undefined =>
    values.toSorted((a, b) => rank(b) - rank(a))[0];
  return {
    reachedBy({ acr = order[0] }, amr, second = []) {
      const { password_acr: password, second_factor_acr: secondFactor } = factors;
      const { passkey_acr: passkey = secondFactor } = factors;
      const all = [...amr, ...second];
      const isPasskey = all.includes('swk') || all.includes('hwk');
      const isSecond = second.length > 0 || (all.includes('mfa') && !isPasskey);
      return strongest([acr, password, isPasskey ? passkey : undefined, isSecond ? secondFactor : undefined]);
    },
    known: (values) => values.filter((value) => rank(value) >= 0),
    reaches: (acr, values) => within(acr, values).length > 0,
    reportedAs: (acr, values) => strongest(within(acr, values)) ?? acr,
    inUse: order.length > 0,
  };
};
