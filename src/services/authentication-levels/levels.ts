import type { Config } from '#config';

export interface AuthenticationLevels {
  /** The level of a sign-in by password. */
  reachedBy(account: { readonly acr?: string }): string | undefined;
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
  const order = security.acr_values;
  const rank = (acr: string | undefined): number => (acr === undefined ? -1 : order.indexOf(acr));
  const within = (acr: string | undefined, values: readonly string[]): readonly string[] =>
    values.filter((value) => rank(value) >= 0 && rank(value) <= rank(acr));
  return {
    reachedBy: ({ acr }) => acr ?? order[0],
    known: (values) => values.filter((value) => rank(value) >= 0),
    reaches: (acr, values) => within(acr, values).length > 0,
    reportedAs: (acr, values) => within(acr, values).toSorted((a, b) => rank(b) - rank(a))[0] ?? acr,
    inUse: order.length > 0,
  };
};
