/**
 * Owns which authentication levels (`acr`) exist, which ones a request asks for, and whether a session reaches them
 * (OpenID Connect Core §5.5.1.1, RFC 9470). Signing in belongs to sign-in; what tokens report, to step-up.
 */
export { acrRequestOf } from './acr-request.ts';
export { addLevelCheck, requestsLevel, requiredLevelOf } from './level-check.ts';
export { type AuthenticationLevels, createAuthenticationLevels } from './levels.ts';
