import type { Config } from '#config';

export interface AuthenticationLevels {
  /** What a sign-in by password gives a person. */
  reachedBy(account: { readonly acr?: string }): string | undefined;
  /** Those of the values that this server knows. */
  known(values: readonly string[]): readonly string[];
  /** Whether `acr` is one of the values, or stronger than one of them. */
  reaches(acr: string | undefined, values: readonly string[]): boolean;
  /** The strongest of the values that `acr` reaches; `acr` itself when it reaches none, or none was asked for. */
  reportedAs(acr: string | undefined, values: readonly string[]): string | undefined;
  /** The operator named levels at all. */
  readonly inUse: boolean;
}

/** `security.acr_values`: each one includes all before it. */
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
