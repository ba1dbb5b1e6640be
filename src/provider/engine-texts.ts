/**
 * Texts of oidc-provider 9.13.3 that behaviour depends on, because it has neither a class nor a code for these cases.
 * `test/provider/engine-texts.test.ts` fails when a release changes one.
 */

/** Details of `invalid_grant` for an authorization code that is unknown. Other refused codes have other details. */
export const unknownCodeDetails: ReadonlySet<string | undefined> = new Set([
  'authorization code not found',
  'authorization code is expired',
]);

/** A form of the device flow was sent although the browser has loaded a newer one. */
export const staleFormDescriptions: ReadonlySet<string | undefined> = new Set([
  'xsrf token invalid',
  'could not find device form details',
]);

/** The description of `invalid_request` at the end of a session. */
export const unregisteredPostLogoutUri = 'post_logout_redirect_uri not registered';

/** The engine does not export the classes of these errors of the device flow. */
export const deviceErrorNames = {
  aborted: 'AbortedError',
  missing: 'NoCodeError',
  wrong: 'NotFoundError',
  expired: 'ExpiredError',
  used: 'AlreadyUsedError',
} as const;

/** Part of the page whose form an inline script submits, to end a session. */
export const submittingFormTitle = '<title>Submitting Callback</title>';

/** The name of the function that is the first middleware of each route. */
export const contextStep = 'ensureOIDC';

/** The name of the function that refuses JWTs at introspection and revocation. */
export const jwtRefusalStep = 'rejectStructuredTokens';

/** The name of the function that goes on once the client has authenticated. */
export const authenticationStep = 'authenticateClient';
