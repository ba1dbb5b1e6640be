/**
 * Owns the page for people who may not use an application (`allowed_groups` of a client). The rule is in
 * provider/access.ts. It is asked again for every token (provider/settings/account.ts), and by features/ciba.
 *
 * GET /interaction/:uid (prompt `no_access`)
 *   `?switch=yes`     -> back to the engine, which asks for a sign-in with another account
 *   otherwise         -> 403, the page that names a contact
 * POST /interaction/:uid
 *   anything          -> back to the engine with `access_denied`
 */
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { createNoAccessStep } from './no-access-step.ts';

interface AccessDependencies {
  readonly config: Config;
  readonly events: Events;
  readonly accounts: Accounts;
}

export const access = (dependencies: AccessDependencies): Feature => ({
  name: 'access',
  steps: [createNoAccessStep(dependencies)],
});
