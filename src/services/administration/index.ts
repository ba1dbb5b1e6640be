/**
 * Owns what administrators of this server may do, whichever way they ask: the roles and scopes, who may change whom, and
 * the record of who did what. The API and the console read what they want from the other services, and change things
 * here. Commands use the other services directly: who runs them can read and write the store as well.
 *
 * permissions.ts   what a role and a scope give
 * administrator.ts who asks, with the two checks that every change begins with
 * change-record.ts the event with the administrator, and the members that differ before and after
 * describe.ts      how accounts, groups, clients, sessions and grants are shown
 * right-over-account.ts  who may change an account with a role, or end what it is signed in to
 * admin-client.ts  which clients may use the API
 * right-of-maker.ts  who may still give a role by an invitation, or recover an account with one
 * accounts.ts, credentials.ts, invitations.ts, groups.ts, clients.ts, branding.ts, sessions.ts, keys.ts, outbox.ts,
 * upstreams.ts     the changes
 *
 * All but permissions.ts and right-of-maker.ts is loaded with the first request of an administrator, so others import
 * these two by their own names.
 *
 * The members of a role group, clients that list the administration API, and upstreams are changed with `roles` only.
 * The check runs on the record that the commit replaces. That nothing else can grant a role is a rule of services/accounts.
 */
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { AccountRemoval } from '../account-removal/index.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import type { ConnectedApps } from '../connected-apps/index.ts';
import type { Factors } from '../factors/index.ts';
import type { Groups } from '../groups/index.ts';
import type { SiteImages } from '../images/index.ts';
import type { Keys } from '../keys/index.ts';
import type { Mail } from '../mail/index.ts';
import type { Notices } from '../notices/index.ts';
import type { OneTimeLinks } from '../one-time-links/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import type { EndEverything, Sessions } from '../sessions/index.ts';
import type { Throttle } from '../throttle/index.ts';
import type { Provisioning, StoredUpstreams, UpstreamLinks } from '../upstreams/index.ts';
import { type AccountAdministration, createAccountAdministration } from './accounts.ts';
import { type BrandingAdministration, createBrandingAdministration } from './branding.ts';
import { createRecordChange, type RecordChange } from './change-record.ts';
import { type ClientAdministration, createClientAdministration } from './clients.ts';
import { type CredentialAdministration, createCredentialAdministration } from './credentials.ts';
import { createGroupAdministration, type GroupAdministration } from './groups.ts';
import { createInvitationAdministration, type InvitationAdministration } from './invitations.ts';
import { createKeyAdministration, type KeyAdministration } from './keys.ts';
import { createOutboxAdministration, type OutboxAdministration } from './outbox.ts';
import type { HasMakerRight } from './right-of-maker.ts';
import { createRightOver, type RightOver } from './right-over-account.ts';
import { createSessionAdministration, type SessionAdministration } from './sessions.ts';
import { createUpstreamAdministration, type UpstreamAdministration } from './upstreams.ts';

export { createIsAdminClient } from './admin-client.ts';
export {
  type Administrator,
  requirePermission,
  StepUpRequired,
} from './administrator.ts';
export { clientNotFound } from './clients.ts';
export {
  describeAccount,
  describeClient,
  describeConnectedApp,
  describeGrant,
  describeGroup,
  describeInvitation,
  describeSession,
  describeUpstream,
  timeText,
} from './describe.ts';
export { outboxPermissions } from './outbox.ts';
export {
  type Permission,
  permissionsOfRole,
  permissionsOfScopes,
  type Role,
  roleOf,
  scopeFor,
} from './permissions.ts';
export { accountNotFound } from './right-over-account.ts';

export {
  type AdminOperation,
  type AdminResult,
  type AdminRoute,
  adminOperation,
} from './route.ts';

export interface Administration {
  readonly accounts: AccountAdministration;
  readonly credentials: CredentialAdministration;
  readonly invitations: InvitationAdministration;
  readonly groups: GroupAdministration;
  readonly clients: ClientAdministration;
  readonly branding: BrandingAdministration;
  readonly sessions: SessionAdministration;
  readonly upstreams: UpstreamAdministration;
  readonly keys: KeyAdministration;
  readonly outbox: OutboxAdministration;
  /** Records changes of features that have no part here. */
  readonly recordChange: RecordChange;
  readonly requireRightOver: RightOver['requireRightOver'];
}

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly groups: Groups;
  readonly clients: Clients;
  readonly keys: Pick<Keys, 'rotate' | 'prune'>;
  readonly sessions: Sessions;
  readonly siteImages: Pick<SiteImages, 'change'>;
  readonly connectedApps: ConnectedApps;
  readonly factors: Factors;
  readonly passkeys: Passkeys;
  readonly upstreamLinks: UpstreamLinks;
  readonly storedUpstreams: StoredUpstreams;
  readonly provisioning: Provisioning;
  readonly links: OneTimeLinks;
  readonly mail: Mail;
  readonly notices: Notices;
  readonly throttle: Throttle;
  readonly endEverything: EndEverything;
  readonly accountRemoval: Pick<AccountRemoval, 'remove'>;
  readonly hasMakerRight: HasMakerRight;
  /** Undefined where no mail server is configured. */
  readonly sendPasswordReset: ((account: Account) => Promise<void>) | undefined;
}

export const createAdministration = (dependencies: Dependencies): Administration => {
  const recordChange = createRecordChange(dependencies.events);
  const { accounts, clock } = dependencies;
  const right = createRightOver(accounts, clock);
  const all = { ...dependencies, ...right, recordChange };
  return {
    accounts: createAccountAdministration(all),
    credentials: createCredentialAdministration(all),
    invitations: createInvitationAdministration(all),
    groups: createGroupAdministration(all),
    clients: createClientAdministration(all),
    branding: createBrandingAdministration(all),
    sessions: createSessionAdministration(all),
    keys: createKeyAdministration(all),
    outbox: createOutboxAdministration(all),
    upstreams: createUpstreamAdministration(all),
    recordChange,
    requireRightOver: right.requireRightOver,
  };
};
