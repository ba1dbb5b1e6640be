/**
 * Owns the page of a recovery link, which an operator made for a person who lost the password or the device
 * (`account recovery-link`). The link itself belongs to services/account-recovery.
 *
 * GET  /account/recover/:token   the form: a new password, a new authenticator app, or both; it changes nothing
 * POST /account/recover/:token   nothing was filled in, or a field is wrong: 422 · otherwise the link is used up, the password
 *                                stored, the new app put in the place of all apps and recovery codes, and everything that
 *                                was signed in ends: the new recovery codes, or 303 to /account/recover
 *
 * The person is not signed in and can do nothing else here, because the link may be open in a browser that isn't theirs.
 */
import type { Feature } from '../../feature.ts';
import type { AccountRecoveryDependencies } from './dependencies.ts';
import { recoveryPages } from './recovery-pages.ts';

export const accountRecovery = (dependencies: AccountRecoveryDependencies): Feature => ({
  name: 'account-recovery',
  pages: recoveryPages(dependencies),
});
