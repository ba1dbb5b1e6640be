import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { type AcrParameters, acrRequestOf } from './acr-request.ts';
import type { AuthenticationLevels } from './levels.ts';

const unmetRequirement = (): Error =>
  new errors.UnmetAuthenticationRequirements('no sign-in of this person reaches a requested acr value');

/** True if the request asks for a known level. Throws if no sign-in at this server can meet it. */
export const requestsLevel = (request: AcrParameters, levels: AuthenticationLevels): boolean => {
  const { values, essential } = acrRequestOf(request);
  if (values.length === 0) return false;
  if (levels.known(values).length > 0) return true;
  // A server without levels ignores `acr_values`. An essential claim is never ignored.
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

/** The level that the operator requires of every sign-in for the client. No request can ask for less. */
export const requiredLevelOf = (
  client: Readonly<Record<string, unknown>> | undefined,
): string | undefined => {
  const level = client?.['required_acr'];
  return typeof level === 'string' ? level : undefined;
};

const isBelowRequiredLevel = ({ oidc }: KoaContextWithOIDC, levels: AuthenticationLevels): boolean => {
  const required = requiredLevelOf(oidc.client);
  if (required === undefined || oidc.session?.accountId === undefined) return false;
  if (levels.reaches(oidc.session.acr, [required])) return false;
  if (oidc.result?.login) throw unmetRequirement();
  return true;
};

/** Asks for one more sign-in if the session is too weak. The engine's own checks would ask again and again. */
export const addLevelCheck = (prompt: interactionPolicy.Prompt, levels: AuthenticationLevels): void => {
  prompt.checks.remove('essential_acrs');
  prompt.checks.remove('essential_acr');
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check('acr', 'a stronger sign-in is required', 'login_required', (ctx) =>
      needsStrongerSignIn(ctx, levels),
    ),
  );
  prompt.checks.add(
    new Check('required_acr', 'the client requires a stronger sign-in', 'login_required', (ctx) =>
      isBelowRequiredLevel(ctx, levels),
    ),
  );
};
