import type { Account } from '../accounts/index.ts';
import type { AuthenticationLevels } from '../authentication-levels/index.ts';
import type { Proof } from './proof.ts';

/** The level (`acr`) that a proof reaches, and the one that a second factor leads to. */
export const createLevelOfProof = (levels: AuthenticationLevels) => {
  /** The methods before the second factor may be those of an upstream, so they count as the level that they gave only. */
  const withSecond = (
    account: Account,
    acr: string | undefined,
    second: readonly string[],
  ): string | undefined => {
    const reached = levels.reachedBy(account, [], second);
    return acr === undefined || levels.reaches(reached, [acr]) ? reached : acr;
  };

  /**
   * What an upstream says has the level that the operator gives it, whatever methods it names. A second factor here adds
   * its own.
   */
  const levelOf = ({ account, amr, second, upstream }: Proof): string | undefined => {
    if (upstream === undefined) return levels.reachedBy(account, amr, second);
    const { acr } = upstream;
    if (second === undefined) return acr;
    return withSecond(account, acr, second);
  };

  return { levelOf, withSecond };
};

export type LevelOfProof = ReturnType<typeof createLevelOfProof>;
