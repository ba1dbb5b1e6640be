/**
 * Every member of oidc-provider that is replaced; the file of each override has the reason. To add an override: write a
 * file here that exports an `Override`, list it below, and add what features pass to it to `options.ts`. A member has one override, so an
 * override composes what several features need; the order below is that of a request and has no effect.
 */
import { type Configuration, Provider } from 'oidc-provider';
import { admission } from './admission.ts';
import { assertionAudience } from './assertion-audience.ts';
import { authorizationCodeSave } from './authorization-code-save.ts';
import { claimsResult } from './claims-result.ts';
import { clientFind } from './client-find.ts';
import { clientGrantType } from './client-grant-type.ts';
import { clientLogout } from './client-logout.ts';
import { clientPing } from './client-ping.ts';
import { clientSecret } from './client-secret.ts';
import { contextAcr } from './context-acr.ts';
import { contextEntity } from './context-entity.ts';
import { contextUrlFor } from './context-url-for.ts';
import { cookieKeys } from './cookie-keys.ts';
import { deviceUserCode } from './device-user-code.ts';
import { assertSymbolsExist } from './engine-symbols.ts';
import { generateTokenId } from './generate-token-id.ts';
import { interactionFind } from './interaction-find.ts';
import { interactionPolicy } from './interaction-policy.ts';
import type { Override, OverrideDependencies } from './override.ts';
import { pollRate } from './poll-rate.ts';
import { pushedRequestSave } from './pushed-request-save.ts';
import { refreshTokenSave } from './refresh-token-save.ts';
import { replayDetection } from './replay-detection.ts';
import { responseModes } from './response-modes.ts';
import { constructWithRoutes, router } from './router.ts';
import { session } from './session.ts';
import { sessionAuthTime } from './session-auth-time.ts';
import { storedPayload } from './stored-payload.ts';
import { tokenFind } from './token-find.ts';
import { tokenScopes } from './token-scopes.ts';

export const overrides: readonly Override[] = [
  router,
  cookieKeys,
  contextUrlFor,
  contextEntity,
  contextAcr,
  clientFind,
  assertionAudience,
  clientSecret,
  clientGrantType,
  replayDetection,
  session,
  sessionAuthTime,
  interactionFind,
  interactionPolicy,
  admission,
  pushedRequestSave,
  responseModes,
  generateTokenId,
  authorizationCodeSave,
  refreshTokenSave,
  storedPayload,
  tokenFind,
  tokenScopes,
  claimsResult,
  pollRate,
  deviceUserCode,
  clientPing,
  clientLogout,
];

/** The only place where a provider is made, and the only one where overrides are applied. */
export const createProvider = (
  issuer: string,
  settings: Configuration,
  dependencies: OverrideDependencies,
): Provider => {
  const provider = constructWithRoutes(dependencies.hooks, () => new Provider(issuer, settings));
  assertSymbolsExist(provider, overrides);
  for (const override of overrides) override.apply(provider, dependencies);
  return provider;
};
