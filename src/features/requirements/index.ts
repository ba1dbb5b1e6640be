/**
 * Owns what an operator requires of a person at the next sign-in (`account require`): to choose a new password, or to
 * complete the profile. A password that an operator set is temporary, which is the same requirement.
 *
 * GET /interaction/:uid (prompt `required_password`, `required_profile`)
 *   nothing is required any more    -> back to the engine
 *   the person came from an upstream, and hasn't just signed in there -> a page that leads there
 *   otherwise                       -> the form
 * POST /interaction/:uid
 *   `again`                         -> back to the engine, which asks for a sign-in at the upstream
 *   a field is wrong                -> 422, the form again
 *   too many wrong passwords        -> 429, the form again: the present password is compared with the new one
 *   otherwise                       -> the account is changed; back to the engine. A new password is a new sign-in
 *
 * The engine asks for these steps between sign-in and consent, and only in the authorization request in which the
 * person signed in (services/sign-ins/requirements.ts).
 */
import type { Feature } from '../../feature.ts';
import type { RequirementsDependencies } from './dependencies.ts';
import { createPasswordStep } from './password-step.ts';
import { createProfileStep } from './profile-step.ts';

export const requirements = (dependencies: RequirementsDependencies): Feature => ({
  name: 'requirements',
  steps: [createPasswordStep(dependencies), createProfileStep(dependencies)],
});
