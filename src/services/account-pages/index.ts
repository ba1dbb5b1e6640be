/**
 * Owns what all pages below `/account` for a signed-in person have in common: the sign-in to them, the CSRF token of
 * their forms, the rule for sensitive actions, and the menu. Features bring the pages (section.ts says how). Links that
 * work without a session, as those in messages, are ordinary `pages` of a feature.
 *
 * A page reads the session of the engine. Without one, or with one that is too old or too weak for the page:
 *
 *   any page                  -> 303 to /oauth/authorize as the built-in client `postern-account`, with PKCE, state and
 *                                nonce derived from a secret in a cookie; `max_age`, `prompt` and `acr_values` as needed
 *   /oauth/authorize …        -> the ordinary sign-in with its throttling, factors, audit and notices
 *   GET /account/callback     -> the code is redeemed inside the process (redeem-code.ts), 303 to the page
 *                                another browser, session, state or code, or a second time: 400
 *   GET /account/sign-in?to=  -> starts the same, for links from pages outside of this scope
 */

export { signInMethodsPath } from './paths.ts';
export { createStrengthOf } from './required-strength.ts';
export type { AccountPages, AccountSection, AccountVisit, StrengthOf } from './section.ts';
export { accountSignInHref, createSignInRequests } from './sign-in-request.ts';
