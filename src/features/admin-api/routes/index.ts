import type { AdminRoute, Permission } from '../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../dependencies.ts';

type Method = AdminRoute['method'];
type Load = (dependencies: AdminApiDependencies) => AdminRoute['load'];
type Line = readonly [Method, string, Permission, Load];

/** Each line imports its file with the first request. */
const lines: readonly Line[] = [
  ['GET', '/accounts', 'read', (all) => async () => (await import('./accounts/list.ts')).listAccounts(all)],
  ['POST', '/accounts', 'accounts', (all) => async () => (await import('./accounts/add.ts')).addAccount(all)],
  ['GET', '/accounts/:id', 'read', (all) => async () => (await import('./accounts/get.ts')).getAccount(all)],
  [
    'PATCH',
    '/accounts/:id',
    'accounts',
    (all) => async () => (await import('./accounts/update.ts')).updateAccount(all),
  ],
  [
    'DELETE',
    '/accounts/:id',
    'accounts',
    (all) => async () => (await import('./accounts/remove.ts')).removeAccount(all),
  ],
  [
    'POST',
    '/accounts/:id/enable',
    'accounts.support',
    (all) => async () => (await import('./accounts/enable.ts')).enableAccount(all),
  ],
  [
    'POST',
    '/accounts/:id/disable',
    'accounts.support',
    (all) => async () => (await import('./accounts/disable.ts')).disableAccount(all),
  ],
  [
    'POST',
    '/accounts/:id/sign-out',
    'sessions',
    (all) => async () => (await import('./accounts/sign-out.ts')).signOutAccount(all),
  ],
  [
    'POST',
    '/accounts/:id/password-reset',
    'accounts.support',
    (all) => async () => (await import('./accounts/reset-password.ts')).resetPassword(all),
  ],
  [
    'GET',
    '/accounts/:id/sessions',
    'read',
    (all) => async () => (await import('./accounts/list-sessions.ts')).listSessionsOf(all),
  ],
  [
    'GET',
    '/accounts/:id/grants',
    'read',
    (all) => async () => (await import('./accounts/list-grants.ts')).listGrantsOf(all),
  ],
  [
    'GET',
    '/accounts/:id/consents',
    'read',
    (all) => async () => (await import('./sessions/list-consents.ts')).listConsents(all),
  ],
  [
    'DELETE',
    '/accounts/:id/consents/:client',
    'sessions',
    (all) => async () => (await import('./sessions/revoke-consent.ts')).revokeConsent(all),
  ],
  [
    'POST',
    '/accounts/:id/unlock',
    'accounts.support',
    (all) => async () => (await import('./accounts/unlock.ts')).unlockAccount(all),
  ],
  [
    'GET',
    '/accounts/:id/factors',
    'read',
    (all) => async () => (await import('./accounts/list-factors.ts')).listFactors(all),
  ],
  [
    'DELETE',
    '/accounts/:id/factors/:factor',
    'accounts',
    (all) => async () => (await import('./accounts/remove-factor.ts')).removeFactor(all),
  ],
  [
    'POST',
    '/accounts/:id/recovery-link',
    'accounts',
    (all) => async () => (await import('./accounts/recovery-link.ts')).makeRecoveryLink(all),
  ],
  [
    'GET',
    '/invitations',
    'read',
    (all) => async () => (await import('./invitations/list.ts')).listInvitations(all),
  ],
  [
    'POST',
    '/invitations',
    'accounts',
    (all) => async () => (await import('./invitations/invite.ts')).invitePerson(all),
  ],
  [
    'DELETE',
    '/invitations/:id',
    'accounts',
    (all) => async () => (await import('./invitations/revoke.ts')).revokeInvitation(all),
  ],
  ['GET', '/groups', 'read', (all) => async () => (await import('./groups/list.ts')).listGroups(all)],
  ['POST', '/groups', 'accounts', (all) => async () => (await import('./groups/add.ts')).addGroup(all)],
  ['GET', '/groups/:name', 'read', (all) => async () => (await import('./groups/get.ts')).getGroup(all)],
  [
    'PATCH',
    '/groups/:name',
    'accounts',
    (all) => async () => (await import('./groups/update.ts')).updateGroup(all),
  ],
  [
    'DELETE',
    '/groups/:name',
    'accounts',
    (all) => async () => (await import('./groups/remove.ts')).removeGroup(all),
  ],
  [
    'PUT',
    '/groups/:name/members/:account',
    'accounts',
    (all) => async () => (await import('./groups/add-member.ts')).addMember(all),
  ],
  [
    'DELETE',
    '/groups/:name/members/:account',
    'accounts',
    (all) => async () => (await import('./groups/remove-member.ts')).removeMember(all),
  ],
  ['GET', '/clients', 'read', (all) => async () => (await import('./clients/list.ts')).listClients(all)],
  ['POST', '/clients', 'clients', (all) => async () => (await import('./clients/add.ts')).addClient(all)],
  ['GET', '/clients/:id', 'read', (all) => async () => (await import('./clients/get.ts')).getClient(all)],
  [
    'PATCH',
    '/clients/:id',
    'clients',
    (all) => async () => (await import('./clients/update.ts')).updateClient(all),
  ],
  [
    'DELETE',
    '/clients/:id',
    'clients',
    (all) => async () => (await import('./clients/remove.ts')).removeClient(all),
  ],
  [
    'POST',
    '/clients/:id/stop',
    'clients',
    (all) => async () => (await import('./clients/stop.ts')).stopClient(all),
  ],
  [
    'POST',
    '/clients/:id/start',
    'clients',
    (all) => async () => (await import('./clients/start.ts')).startClient(all),
  ],
  [
    'POST',
    '/clients/:id/secrets',
    'clients',
    (all) => async () => (await import('./clients/add-secret.ts')).addSecret(all),
  ],
  [
    'POST',
    '/clients/:id/secrets/rotate',
    'clients',
    (all) => async () => (await import('./clients/rotate-secret.ts')).rotateSecret(all),
  ],
  [
    'DELETE',
    '/clients/:id/secrets/:name',
    'clients',
    (all) => async () => (await import('./clients/remove-secret.ts')).removeSecret(all),
  ],
  [
    'GET',
    '/upstreams',
    'read',
    (all) => async () => (await import('./upstreams/list.ts')).listUpstreams(all),
  ],
  ['POST', '/upstreams', 'roles', (all) => async () => (await import('./upstreams/add.ts')).addUpstream(all)],
  [
    'GET',
    '/upstreams/:id',
    'read',
    (all) => async () => (await import('./upstreams/get.ts')).getUpstream(all),
  ],
  [
    'PATCH',
    '/upstreams/:id',
    'roles',
    (all) => async () => (await import('./upstreams/update.ts')).updateUpstream(all),
  ],
  [
    'DELETE',
    '/upstreams/:id',
    'roles',
    (all) => async () => (await import('./upstreams/remove.ts')).removeUpstream(all),
  ],
  [
    'DELETE',
    '/sessions/:id',
    'sessions',
    (all) => async () => (await import('./sessions/end.ts')).endSession(all),
  ],
  [
    'DELETE',
    '/grants/:id',
    'sessions',
    (all) => async () => (await import('./sessions/revoke-grant.ts')).revokeGrant(all),
  ],
  ['GET', '/keys', 'read', (all) => async () => (await import('./keys/list.ts')).listKeys(all)],
  [
    'GET',
    '/keys/rotation',
    'read',
    (all) => async () => (await import('./keys/preview-rotation.ts')).previewRotation(all),
  ],
  ['POST', '/keys/rotate', 'keys', (all) => async () => (await import('./keys/rotate.ts')).rotateKeys(all)],
  ['DELETE', '/keys/:kid', 'keys', (all) => async () => (await import('./keys/remove.ts')).removeKey(all)],
  ['GET', '/audit', 'audit', (all) => async () => (await import('./audit/list.ts')).listAudit(all)],
  [
    'GET',
    '/audit/export',
    'audit',
    (all) => async () => (await import('./audit/export.ts')).exportAudit(all),
  ],
  ['GET', '/outbox/:queue', 'read', (all) => async () => (await import('./outbox/list.ts')).listOutbox(all)],
  [
    'POST',
    '/outbox/requests/:id/retry',
    'clients',
    (all) => async () => (await import('./outbox/retry.ts')).retryDelivery(all, 'requests'),
  ],
  [
    'DELETE',
    '/outbox/requests/:id',
    'clients',
    (all) => async () => (await import('./outbox/drop.ts')).dropWaiting(all, 'requests'),
  ],
  [
    'POST',
    '/outbox/mail/:id/retry',
    'accounts',
    (all) => async () => (await import('./outbox/retry.ts')).retryDelivery(all, 'mail'),
  ],
  [
    'DELETE',
    '/outbox/mail/:id',
    'accounts',
    (all) => async () => (await import('./outbox/drop.ts')).dropWaiting(all, 'mail'),
  ],
  ['GET', '/health', 'read', (all) => async () => (await import('./health/get.ts')).getHealth(all)],
  [
    'GET',
    '/configuration',
    'read',
    (all) => async () => (await import('./health/configuration.ts')).getConfiguration(all),
  ],
];

/** The operations on what the services own. Other features bring theirs. */
export const adminRoutes = (dependencies: AdminApiDependencies): readonly AdminRoute[] =>
  lines.map(([method, path, permission, load]) => ({
    method,
    path,
    permission,
    load: load(dependencies),
  }));
