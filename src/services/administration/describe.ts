/** How the API, the console and the audit record show what they administer. Nothing here has a secret. */
import type { Account } from '../accounts/index.ts';
import type { ClientRecord } from '../clients/index.ts';
import type { ConnectedApp } from '../connected-apps/index.ts';
import type { Group } from '../groups/index.ts';
import type { ListedInvitation } from '../invitations/index.ts';
import type { GrantSummary, SessionSummary } from '../sessions/index.ts';
import type { UpstreamRecord } from '../upstreams/index.ts';

export const timeText = (at: number): string => new Date(at).toISOString();

const optionalTime = <Name extends string>(name: Name, at: number | undefined) =>
  at === undefined ? {} : { [name]: timeText(at) };

export const describeAccount = (account: Account) => ({
  id: account.id,
  username: account.username,
  enabled: account.enabled,
  ...(account.isSuperseded && { superseded: true }),
  claims: account.claims,
  groups: account.groups,
  required: account.required ?? [],
  source: account.from,
  ...(account.acr !== undefined && { acr: account.acr }),
  ...optionalTime('created_at', account.createdAt),
  ...optionalTime('password_changed_at', account.passwordChangedAt),
  ...optionalTime('signed_out_at', account.signedOutAt),
  ...(account.version !== undefined && { version: account.version }),
});

export const describeGroup = (group: Group) => ({
  name: group.name,
  ...(group.title !== undefined && { title: group.title }),
  ...(group.description !== undefined && { description: group.description }),
  source: group.from,
  ...optionalTime('created_at', group.createdAt),
  ...(group.version !== undefined && { version: group.version }),
});

export const describeInvitation = ({
  id,
  email,
  username,
  groups,
  maker,
  isMailed,
  isValid,
  createdAt,
  expiresAt,
}: ListedInvitation & { readonly isValid: boolean }) => ({
  id,
  email,
  ...(username !== undefined && { username }),
  groups,
  mailed: isMailed,
  valid: isValid,
  ...(maker && { by_kind: maker.kind }),
  ...(maker && maker.kind !== 'command' && { by: maker.id }),
  created_at: timeText(createdAt),
  expires_at: timeText(expiresAt),
});

export const describeClient = (client: ClientRecord) => ({
  client_id: client.id,
  metadata: client.metadata,
  secrets: client.secrets.map(({ name, createdAt, expiresAt }) => ({
    name,
    created_at: timeText(createdAt),
    ...optionalTime('expires_at', expiresAt),
  })),
  source: client.from,
  ...optionalTime('created_at', client.createdAt),
  ...optionalTime('stopped_at', client.stoppedAt),
  ...(client.version !== undefined && { version: client.version }),
});

export const describeUpstream = (upstream: UpstreamRecord) => ({
  id: upstream.id,
  ...upstream.settings,
  enabled: upstream.enabled,
  has_client_secret: upstream.hasSecret,
  ...optionalTime('client_secret_set_at', upstream.secretSetAt),
  redirect_uri: upstream.redirectUri,
  source: upstream.from,
  ...optionalTime('created_at', upstream.createdAt),
  ...(upstream.problems.length > 0 && {
    problems: upstream.problems.map(({ field, message }) => `${field}: ${message}`),
  }),
  ...(upstream.version !== undefined && { version: upstream.version }),
});

export const describeSession = (session: SessionSummary) => ({
  id: session.id,
  account: session.account,
  signed_in_at: timeText(session.signedInAt),
  ...optionalTime('expires_at', session.expiresAt),
  methods: session.methods,
  ...(session.acr !== undefined && { acr: session.acr }),
  clients: session.clients,
  ...(session.origin.address !== undefined && { address: session.origin.address }),
  ...(session.origin.userAgent !== undefined && { user_agent: session.origin.userAgent }),
  ...optionalTime('last_used_at', session.lastUse?.at),
});

export const describeConnectedApp = (app: ConnectedApp) => ({
  client_id: app.client,
  scopes: app.allowed.scopes,
  claims: app.allowed.claims,
  resources: app.allowed.resources,
  connected_at: timeText(app.connectedAt),
  ...optionalTime('used_at', app.usedAt),
  active: app.isActive,
  self_registered: app.isSelfRegistered,
});

export const describeGrant = (grant: GrantSummary) => ({
  id: grant.id,
  account: grant.account,
  client_id: grant.client,
  granted_at: timeText(grant.grantedAt),
  ...optionalTime('expires_at', grant.expiresAt),
  scopes: grant.scopes,
  resources: grant.resources,
});
