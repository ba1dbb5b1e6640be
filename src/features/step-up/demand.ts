import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Levels } from './levels.ts';
import { requestOf } from './request.ts';

const unmet = (): Error =>
  new errors.UnmetAuthenticationRequirements('no sign-in of this person reaches a requested acr value');

const isDue = ({ oidc }: KoaContextWithOIDC, levels: Levels): boolean => {
  const { values, essential } = requestOf(oidc);
  if (values.length === 0) return false;
  if (levels.known(values).length === 0) {
    // With no levels in use `acr_values` is a wish that may stay one; an essential claim never is.
    if (essential && (levels.inUse || oidc.params?.['acr_values'] === undefined)) throw unmet();
    return false;
  }
  if (oidc.session?.accountId === undefined) return true;
  if (levels.reaches(oidc.session.acr, values)) return false;
  if (oidc.result?.login) {
    if (essential) throw unmet();
    return false;
  }
  return true;
};

/** Asks for another sign-in where the session's is too weak, once; in place of the engine's checks, which would ask for ever. */
export const demandLevel = (prompt: interactionPolicy.Prompt, levels: Levels): void => {
  prompt.checks.remove('essential_acrs');
  prompt.checks.remove('essential_acr');
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check('acr', 'a stronger sign-in is required', 'login_required', (ctx) => isDue(ctx, levels)),
  );
};
