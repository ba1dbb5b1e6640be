import type { AdminScope, Config } from '#config';
import type { Account } from '../accounts/index.ts';

/** What an operation of the administration needs. The console and the API decide by the same names. */
export type Permission =
  | 'read'
  | 'audit'
  /** Disable and enable accounts, and start the mail for a new password. */
  | 'accounts.support'
  /** Everything else about accounts and groups. */
  | 'accounts'
  | 'clients'
  /** The logos and the icon of this site. No scope of the API gives it. */
  | 'branding'
  | 'sessions'
  | 'keys'
  /** Decide who administers this server, and change the accounts and clients that do. */
  | 'roles';

export type Role = 'viewer' | 'support' | 'admin';

const ofScope: Readonly<Record<AdminScope, readonly Permission[]>> = {
  'admin:read': ['read'],
  'admin:accounts': ['accounts', 'accounts.support'],
  'admin:clients': ['clients'],
  'admin:sessions': ['sessions'],
  'admin:keys': ['keys'],
  'admin:audit': ['audit'],
  'admin:roles': ['roles'],
};

const ofRole: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['read', 'audit'],
  support: ['read', 'audit', 'accounts.support', 'sessions'],
  admin: [...Object.values(ofScope).flat(), 'branding'],
};

/** From the weakest to the strongest. */
const roles = ['viewer', 'support', 'admin'] as const satisfies readonly Role[];

/** The strongest role of the account. A membership that an upstream has named gives none. */
export const roleOf = (
  { groups: named }: Pick<Config['admin'], 'groups'>,
  { operatorGroups }: Pick<Account, 'operatorGroups'>,
): Role | undefined => roles.findLast((role) => named[role].some((group) => operatorGroups.includes(group)));

export const permissionsOfRole = (role: Role): ReadonlySet<Permission> => new Set(ofRole[role]);

/** Scopes that aren't of the administration give nothing. */
export const permissionsOfScopes = (scopes: readonly string[]): ReadonlySet<Permission> => {
  const known: Readonly<Record<string, readonly Permission[]>> = ofScope;
  return new Set(scopes.flatMap((scope) => (Object.hasOwn(known, scope) ? (known[scope] ?? []) : [])));
};

/** The scope to ask for. */
export const scopeFor = (permission: Permission): AdminScope => adminScopeOf.get(permission) ?? 'admin:read';

const adminScopeOf = new Map<Permission, AdminScope>(
  // The keys of the table are the scopes.
  (Object.entries(ofScope) as [AdminScope, readonly Permission[]][]).flatMap(([scope, permissions]) =>
    permissions.map((permission) => [permission, scope] as const),
  ),
);
