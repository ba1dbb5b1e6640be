/**
 * Owns the second step of a sign-in: a code of an authenticator app, a recovery code or a passkey, and setting up an
 * app where one is required. When a second factor is needed is decided in services/sign-ins (`completeSignIn`); what is
 * stored of it belongs to services/factors and services/passkeys.
 *
 * GET /interaction/:uid (prompt `second_factor`)
 *   the first factor is too old, or the account changed   -> back to the engine, which asks for the password
 *   the account has an app                                -> the form for its code; `?recovery=yes`: for a recovery code;
 *                                                            with a button for a passkey, if it has one
 *   it has a passkey, or nothing else is strong enough    -> the button alone
 *   it has neither                                        -> QR code and key of a new app; before that, for a sign-in at
 *                                                            an upstream that isn't a new one, a page that leads there
 *   `?another=yes`                                        -> back to the engine, to sign in with another account
 * POST /interaction/:uid
 *   a field is empty, or a wrong or used code             -> 422, the form again
 *   too many wrong codes                                  -> 429 with Retry-After, the form again
 *   a passkey that isn't accepted                         -> 422, the page again
 *   right code, or a passkey of the account               -> back to the engine with the result `login`
 *   the first code of a new app                           -> its recovery codes, whose form leads to the result `login`
 *   put off, within the grace period                      -> back to the engine with the result `login`
 *   `again`                                               -> back to the engine, which asks for a sign-in at the upstream
 *
 * The engine makes a session of the result `login` at once, before later prompts. So the step before this one ends with
 * the result `first`, which makes none, and this one comes before the login step in the table of contents.
 */
import type { Feature } from '../../feature.ts';
import type { SecondFactorDependencies } from './dependencies.ts';
import { createSecondFactorStep } from './second-factor-step.ts';

export const secondFactor = (dependencies: SecondFactorDependencies): Feature => ({
  name: 'second-factor',
  steps: [createSecondFactorStep(dependencies)],
});
