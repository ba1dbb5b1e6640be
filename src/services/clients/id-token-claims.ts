import type { Config } from '#config';
import { personalClaims } from '../../provider/claims/claim-release.ts';
import type { Problem } from './problem.ts';

/** Claims of the list `id_token_claims` that no scope releases, so that no ID token could ever have them. */
export const idTokenClaimProblems = (config: Pick<Config, 'claims'>, wanted: unknown): readonly Problem[] => {
  if (!Array.isArray(wanted)) return [];
  const known = new Set(Object.values(personalClaims(config)).flat());
  return wanted
    .map(String)
    .filter((claim) => !known.has(claim))
    .map((claim) => ({
      field: 'id_token_claims',
      message: `names ${claim}, which no scope releases: correct it, or add it to a scope under claims`,
    }));
};
