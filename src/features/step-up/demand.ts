import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Levels } from './levels.ts';
import { type Asked, requestOf } from './request.ts';

const unmet = (): Error =>
  new errors.UnmetAuthenticationRequirements('no sign-in of this person reaches a requested acr value');

/** Whether a level is asked for. Refuses at once what no sign-in here could reach. */
export const asksForLevel = (asked: Asked, levels: Levels): boolean => {
  const { values, essential } = requestOf(asked);
  if (values.length === 0) return false;
  if (levels.known(values).length > 0) return true;
  // With no levels in use `acr_values` is a wish that may stay one; an essential claim never is.
  if (essential && (levels.inUse || asked.params?.['acr_values'] === undefined)) throw unmet();
  return false;
};

const isDue = ({ oidc }: KoaContextWithOIDC, levels: Levels): boolean => {
  if (!asksForLevel(oidc, levels)) return false;
  const { values, essential } = requestOf(oidc);
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
