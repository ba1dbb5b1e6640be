/**
 * Owns the pages of the console about accounts. What an administrator may change belongs to services/administration, and
 * what an account is to services/accounts.
 *
 * GET       /admin/accounts                        `q` the beginning of a name, `status`, `after` the cursor of the next page
 * GET, POST /admin/accounts/new                    adds one: 303 to it
 * GET, POST /admin/accounts/invite                 303 after a mail, or the page with the link
 * GET       /admin/invitations                     those that were not accepted yet
 * GET, POST /admin/invitations/:id                 revokes one
 * GET       /admin/accounts/:id                    everything about one
 * GET, POST /admin/accounts/:id/edit               changed by others meanwhile: 412 with both values
 * GET, POST /admin/accounts/:id/disable, enable, unlock, sign-out, reset-mail, remove
 * GET, POST /admin/accounts/:id/recovery-link      the page with the link, once
 * GET, POST /admin/accounts/:id/factors/:factor    removes a way to sign in
 * GET, POST /admin/accounts/:id/apps/:client       ends the access of an app
 */
import type { Feature } from '../../feature.ts';
import { type ConsoleRoute, consolePaths, formRoutes } from '../../services/console-pages/index.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';

export const consoleAccounts = (dependencies: ConsoleAccountsDependencies): Feature => {
  const { accounts: list, invitations } = consolePaths;
  const one = `${list}/:id`;
  const loadAction =
    (name: 'disable' | 'enable' | 'unlock' | 'sign-out' | 'reset-mail' | 'remove') => async () =>
      (await import('./actions.ts')).accountAction(dependencies, name);
  const routes: readonly ConsoleRoute[] = [
    {
      method: 'GET',
      path: list,
      permission: 'read',
      load: async () => (await import('./list.ts')).listAccounts(dependencies),
    },
    ...formRoutes({
      path: `${list}/new`,
      permission: 'accounts',
      load: async () => (await import('./add.ts')).addAccount(dependencies),
    }),
    ...formRoutes({
      path: `${list}/invite`,
      permission: 'accounts',
      load: async () => (await import('./invite.ts')).invitePerson(dependencies),
    }),
    {
      method: 'GET',
      path: invitations,
      permission: 'read',
      load: async () => (await import('./list-invitations.ts')).listInvitations(dependencies),
    },
    ...formRoutes({
      path: `${invitations}/:id`,
      permission: 'accounts',
      load: async () => (await import('./revoke-invitation.ts')).revokeInvitation(dependencies),
    }),
    {
      method: 'GET',
      path: one,
      permission: 'read',
      load: async () => (await import('./show.ts')).showAccount(dependencies),
    },
    ...formRoutes({
      path: `${one}/edit`,
      permission: 'accounts',
      load: async () => (await import('./edit.ts')).editAccount(dependencies),
    }),
    ...(['disable', 'enable', 'unlock', 'reset-mail'] as const).flatMap((name) =>
      formRoutes({ path: `${one}/${name}`, permission: 'accounts.support', load: loadAction(name) }),
    ),
    ...formRoutes({ path: `${one}/sign-out`, permission: 'sessions', load: loadAction('sign-out') }),
    ...formRoutes({ path: `${one}/remove`, permission: 'accounts', load: loadAction('remove') }),
    ...formRoutes({
      path: `${one}/recovery-link`,
      permission: 'accounts',
      needsRecentSignIn: true,
      load: async () => (await import('./recovery-link.ts')).makeRecoveryLink(dependencies),
    }),
    ...formRoutes({
      path: `${one}/factors/:factor`,
      permission: 'accounts',
      load: async () => (await import('./remove-factor.ts')).removeFactor(dependencies),
    }),
    ...formRoutes({
      path: `${one}/apps/:client`,
      permission: 'sessions',
      load: async () => (await import('./disconnect.ts')).disconnectApp(dependencies),
    }),
  ];
  return {
    name: 'console-accounts',
    console: { menu: { path: list, permission: 'read', label: ({ accounts }) => accounts.menu }, routes },
  };
};
