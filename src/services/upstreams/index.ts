/**
 * Owns what this server knows of other identity providers ("upstreams"): their settings, how to speak to them, which
 * account a person of theirs is, and what an account gets from them. The pages of a sign-in belong to
 * features/upstream-sign-in.
 *
 * upstreams.ts is what the rest of the server asks: the upstreams of the configuration and of the store, as they are now.
 * stored-upstreams.ts adds, changes and removes those of the store, by the rules of stored-rules.ts.
 *
 * settings.ts and presets.ts fill in what a provider is known for. openid.ts and oauth2.ts speak the protocols, and
 * identity.ts turns what comes back into the words of this server; no token of an upstream is kept.
 * first-sign-in.ts has the rules for people who come for the first time, links.ts says who they are from then on, and
 * provisioning/ makes and updates accounts.
 *
 * To add a provider that is known: add a preset, and its name to the configuration (config/sections/upstream.ts).
 */

export { isLocalAllowed, isRestricted, isWayAllowed, upstreamsAllowedFor, wayOf } from './allowed.ts';
export { type Arrivals, arrivalGone, createArrivals, isArrivalUsed } from './arrivals.ts';
export { checkStoredList } from './check-stored-list.ts';
export { createEndUpstreamSessions, type EndUpstreamSessions } from './ended-sessions.ts';
export { toUpstreamFailure, UpstreamFailure, type UpstreamProblem } from './failure.ts';
export { decideFirstSignIn, type FirstSignIn } from './first-sign-in.ts';
export { createFlowCookies, type FlowCookies } from './flow-cookie.ts';
export { labelOf, type UpstreamIdentity } from './identity.ts';
export { createLinking, type Linking } from './linking.ts';
export {
  createUpstreamLinks,
  isOfProvider,
  labelOfLink,
  linkIdOf,
  type StoredLink,
  type UpstreamLinks,
} from './links.ts';
export { LogoutTokenRefused } from './logout-token.ts';
export { createUpstreamLogouts, type UpstreamLogouts } from './logouts.ts';
export { backchannelLogoutPath, callbackPath, signedOutPath, signOutPath } from './paths.ts';
export type { SignInRequest } from './protocol.ts';
export { createProvisioning, type Provisioning } from './provisioning/index.ts';
export { reportFailure } from './report-failure.ts';
export {
  putUpstreamSession,
  readUpstreamSession,
  removeUpstreamSession,
  type UpstreamSession,
  upstreamSessionKey,
} from './sessions.ts';
export { createSignOutCookies, type SignOutCookies } from './sign-out-cookie.ts';
export { upstreamNotFound } from './stored-errors.ts';
export { readStoredList } from './stored-record.ts';
export {
  createStoredUpstreams,
  type StoredUpstreams,
} from './stored-upstreams.ts';
export type { UpstreamRecord } from './upstream-record.ts';
export { type ConnectedUpstream, createUpstreams, publishUpstreams, type Upstreams } from './upstreams.ts';
