/**
 * Owns what a person allows an application: the question, the decision, and the decisions remembered for each account
 * and client. The engine owns the grant that tokens belong to; it lasts only as long as they do.
 *
 * Before the engine asks (load-grant.ts)
 *   the session has a grant for the client      -> that grant, as far as the person has allowed it
 *   a first-party client, or a remembered consent -> a new grant of the whole request, or of what was allowed before
 *   otherwise                                   -> no grant
 * The engine asks for this step when the grant lacks something of the request, with `prompt=consent`, or for a native
 * client (prompt.ts).
 * GET /interaction/:uid (prompt `consent`)
 *   `?switch=yes`                               -> back to the engine, which asks for a sign-in
 *   otherwise                                   -> the page with what is asked for
 * POST /interaction/:uid
 *   `decision=allow`                            -> grant and consent are saved, back to the engine
 *   anything else                               -> back to the engine with `access_denied`
 */
import type { Feature } from '../../feature.ts';
import { createConsentStep } from './consent-step.ts';
import type { ConsentDependencies } from './dependencies.ts';
import { createLoadGrant } from './load-grant.ts';
import { createConsentPrompt } from './prompt.ts';

export const consent = (dependencies: ConsentDependencies): Feature => ({
  name: 'consent',
  steps: [createConsentStep(dependencies, createConsentPrompt())],
  provider: { settings: { loadExistingGrant: createLoadGrant(dependencies.config) } },
});
