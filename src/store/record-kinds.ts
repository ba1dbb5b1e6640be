/**
 * Every kind of record that Postern keeps in a store. To add a kind, add a line here and build its keys with
 * `kinds.<name>`; export, copy and the embedded store read from this list what must not be lost.
 */
export interface RecordKind {
  /** The name in the code. */
  readonly name: string;
  /** The spelling in stores and export files, which never changes. */
  readonly stored: string;
  /** The folder of `src` that writes and reads records of this kind. */
  readonly owner: string;
  /**
   * Durable records are exported, and the embedded store waits for the disk when it commits them. The others
   * (sessions, grants, tokens) can be made anew by a sign-in.
   */
  readonly durable: boolean;
  /** The version of the body that this release writes; 0 for a kind whose body has no version. */
  readonly version: number;
}

export const recordKinds = [
  { name: 'account', stored: 'account', owner: 'services/accounts', durable: true, version: 1 },
  { name: 'accountName', stored: 'account-name', owner: 'services/accounts', durable: true, version: 1 },
  {
    name: 'accountRemoval',
    stored: 'account-removal',
    owner: 'services/account-removal',
    durable: true,
    version: 1,
  },
  { name: 'factors', stored: 'factors', owner: 'services/factors', durable: true, version: 1 },
  {
    name: 'upstreamLink',
    stored: 'upstream-link',
    owner: 'services/upstreams',
    durable: true,
    version: 1,
  },
  {
    name: 'upstreamIssuer',
    stored: 'upstream-issuer',
    owner: 'services/upstreams',
    durable: true,
    version: 1,
  },
  { name: 'upstreams', stored: 'upstreams', owner: 'services/upstreams', durable: true, version: 1 },
  { name: 'group', stored: 'group', owner: 'services/groups', durable: true, version: 1 },
  {
    name: 'reservedEmails',
    stored: 'reserved-emails',
    owner: 'services/accounts',
    durable: true,
    version: 1,
  },
  { name: 'groupClaims', stored: 'group-claims', owner: 'services/accounts', durable: true, version: 1 },
  { name: 'searchIndex', stored: 'search-index', owner: 'services/search', durable: true, version: 1 },
  { name: 'client', stored: 'client', owner: 'services/clients', durable: true, version: 1 },
  { name: 'clientStop', stored: 'client-stop', owner: 'services/clients', durable: true, version: 1 },
  { name: 'key', stored: 'key', owner: 'services/keys', durable: true, version: 1 },
  { name: 'keyRing', stored: 'key-ring', owner: 'services/keys', durable: true, version: 1 },
  { name: 'audit', stored: 'audit', owner: 'services/audit', durable: true, version: 1 },
  { name: 'auditChain', stored: 'audit-chain', owner: 'services/audit', durable: true, version: 1 },
  {
    name: 'signInCount',
    stored: 'sign-in-count',
    owner: 'services/sign-in-counts',
    durable: true,
    version: 0,
  },
  { name: 'image', stored: 'image', owner: 'services/images', durable: true, version: 1 },
  { name: 'siteImages', stored: 'site-images', owner: 'services/images', durable: true, version: 1 },
  { name: 'demo', stored: 'demo', owner: 'services/demo-data', durable: true, version: 1 },
  { name: 'consent', stored: 'consent', owner: 'services/connected-apps', durable: true, version: 1 },
  { name: 'registrationToken', stored: 'ra', owner: 'features/registration', durable: true, version: 1 },
  {
    name: 'oneTimeLink',
    stored: 'one-time-link',
    owner: 'services/one-time-links',
    durable: true,
    version: 1,
  },
  { name: 'passkeys', stored: 'passkeys', owner: 'services/passkeys', durable: true, version: 1 },
  { name: 'passkeyOwner', stored: 'passkey-owner', owner: 'services/passkeys', durable: true, version: 1 },

  { name: 'session', stored: 'se', owner: 'provider', durable: false, version: 1 },
  { name: 'interaction', stored: 'in', owner: 'provider', durable: false, version: 1 },
  { name: 'pushedRequest', stored: 'pr', owner: 'provider', durable: false, version: 1 },
  { name: 'usedPushedRequest', stored: 'up', owner: 'provider', durable: false, version: 0 },
  { name: 'grant', stored: 'gr', owner: 'provider', durable: false, version: 1 },
  { name: 'authorizationCode', stored: 'ac', owner: 'provider', durable: false, version: 1 },
  { name: 'accessToken', stored: 'at', owner: 'provider', durable: false, version: 1 },
  { name: 'refreshToken', stored: 'rt', owner: 'provider', durable: false, version: 1 },
  { name: 'clientCredentials', stored: 'cc', owner: 'provider', durable: false, version: 1 },
  { name: 'deviceCode', stored: 'dc', owner: 'provider', durable: false, version: 1 },
  { name: 'backchannelRequest', stored: 'ba', owner: 'provider', durable: false, version: 1 },
  { name: 'userCode', stored: 'uc', owner: 'provider', durable: false, version: 0 },
  { name: 'userDecision', stored: 'an', owner: 'provider', durable: false, version: 0 },
  { name: 'poll', stored: 'po', owner: 'provider', durable: false, version: 0 },
  { name: 'replay', stored: 're', owner: 'provider', durable: false, version: 0 },
  { name: 'revokedToken', stored: 'rv', owner: 'provider', durable: false, version: 0 },

  {
    name: 'idempotentRequest',
    stored: 'idempotent',
    owner: 'features/admin-api',
    durable: false,
    version: 1,
  },
  {
    name: 'keptInput',
    stored: 'kept-input',
    owner: 'services/console-pages',
    durable: false,
    version: 1,
  },
  { name: 'delivery', stored: 'ob', owner: 'services/outbox', durable: false, version: 1 },
  {
    name: 'leavingAdministrators',
    stored: 'leaving-administrators',
    owner: 'services/accounts',
    durable: false,
    version: 1,
  },
  { name: 'loginHold', stored: 'throttle-hold', owner: 'services/throttle', durable: false, version: 0 },
  { name: 'knownDevice', stored: 'throttle-known', owner: 'services/throttle', durable: false, version: 0 },
  {
    name: 'accountFailures',
    stored: 'throttle-heat',
    owner: 'services/throttle',
    durable: false,
    version: 0,
  },
  {
    name: 'pendingSignUp',
    stored: 'sign-up',
    owner: 'features/create-account',
    durable: false,
    version: 1,
  },
  {
    name: 'signInCodeRequest',
    stored: 'sign-in-code-request',
    owner: 'features/sign-in',
    durable: false,
    version: 1,
  },
  { name: 'signInCode', stored: 'sign-in-code', owner: 'features/sign-in', durable: false, version: 1 },
  {
    name: 'usedPasskeyChallenge',
    stored: 'passkey-challenge',
    owner: 'services/passkeys',
    durable: false,
    version: 0,
  },
  {
    name: 'upstreamArrival',
    stored: 'upstream-arrival',
    owner: 'services/upstreams',
    durable: false,
    version: 1,
  },
  {
    name: 'upstreamSession',
    stored: 'upstream-session',
    owner: 'services/upstreams',
    durable: false,
    version: 1,
  },
  {
    name: 'upstreamLogoutToken',
    stored: 'upstream-logout-token',
    owner: 'services/upstreams',
    durable: false,
    version: 0,
  },
  { name: 'playground', stored: 'playground', owner: 'features/playground', durable: false, version: 1 },
  { name: 'copyMarker', stored: 'moving', owner: 'features/store-copy', durable: false, version: 1 },
] as const satisfies readonly RecordKind[];

export type RecordKindName = (typeof recordKinds)[number]['name'];

// The list has each name, and `fromEntries` can't know it.
const byName = <T>(value: (kind: RecordKind) => T) =>
  Object.fromEntries(recordKinds.map((kind) => [kind.name, value(kind)])) as Readonly<
    Record<RecordKindName, T>
  >;

/** What `Key.kind` holds, by the name in the code. */
export const kinds = byName(({ stored }) => stored);

export const kindVersions = byName(({ version }) => version);

/** The durable kinds, in the spelling of stores. */
export const durableKinds: ReadonlySet<string> = new Set(
  recordKinds.filter(({ durable }) => durable).map(({ stored }) => stored),
);
