import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { type AcrParameters, acrRequestOf } from './acr-request.ts';
import type { AuthenticationLevels } from './levels.ts';

const unmetRequirement = (): Error =>
  new errors.UnmetAuthenticationRequirements('no sign-in of this person reaches a requested acr value');

/** Whether a level is asked for. Refuses at once what no sign-in here could reach. */
export const requestsLevel = (request: AcrParameters, levels: AuthenticationLevels): boolean => {
  const { values, essential } = acrRequestOf(request);
  if (values.length === 0) return false;
  if (levels.known(values).length > 0) return true;
  // With no levels in use `acr_values` is a wish that may stay one; an essential claim never is.
  if (essential && (levels.inUse || request.params?.['acr_values'] === undefined)) throw unmetRequirement();
  return false;
};

const needsStrongerSignIn = ({ oidc }: KoaContextWithOIDC, levels: AuthenticationLevels): boolean => {
  if (!requestsLevel(oidc, levels)) return false;
  const { values, essential } = acrRequestOf(oidc);
  if (oidc.session?.accountId === undefined) return true;
  if (levels.reaches(oidc.session.acr, values)) return false;
  if (oidc.result?.login) {
    if (essential) throw unmetRequirement();
    return false;
  }
  return true;
};

/** Asks for another sign-in where the session's is too weak, once; in place of the engine's checks, which would ask for ever. */
export const addLevelCheck = (prompt: interactionPolicy.Prompt, levels: AuthenticationLevels): void => {
  prompt.checks.remove('essential_acrs');
  prompt.checks.remove('essential_acr');
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check('acr', 'a stronger sign-in is required', 'login_required', (ctx) =>
      needsStrongerSignIn(ctx, levels),
    ),
  );
};
