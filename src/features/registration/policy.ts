import type { Config } from '#config';
import { openidScopes } from '#config';
import type { ClientMetadata } from '../../services/clients/index.ts';
import { metadataRefused } from './errors.ts';

type Policy = Config['registration'];

const refuse = (field: string, message: string): never => {
  throw metadataRefused(field, `${field}: ${message}`);
};

const checkGrantTypes = (policy: Policy, grants: readonly string[]): void => {
  const foreign = grants.find((grant) => !policy.grant_types.includes(grant));
  if (foreign === undefined) return;
  refuse('grant_types', `${foreign} may not be registered here; use ${policy.grant_types.join(', ')}`);
};

/**
 * A redirect URI proves that the client belongs to its sector. Without one, a client could name the sector of others
 * and learn the `sub` they have for a person (OpenID Connect Core §8.1).
 */
const checkSector = (metadata: ClientMetadata, grants: readonly string[]): void => {
  const hasGrantWithoutRedirect = grants.some((grant) => grant.startsWith('urn:'));
  const isPairwise = metadata['subject_type'] === 'pairwise';
  if (isPairwise && hasGrantWithoutRedirect && metadata['sector_identifier_uri'] === undefined) {
    refuse('sector_identifier_uri', 'is needed for pairwise subjects with these grant types');
  }
};

/** The groups of a person are for applications that the operator knows, unless `registration.scopes` lists the scope. */
const scopesByDefault = openidScopes.filter((scope) => scope !== 'groups');

/** Returns the scopes that the client names, or all that the policy has. */
const allowedScopes = (policy: Policy, scope: string | undefined): readonly string[] => {
  const allowed = policy.scopes.length > 0 ? policy.scopes : scopesByDefault;
  const requested = scope?.split(' ').filter((name) => name !== '') ?? allowed;
  const foreign = requested.find((name) => !allowed.includes(name));
  if (foreign !== undefined)
    refuse('scope', `${foreign} may not be registered here; use ${allowed.join(' ')}`);
  return requested;
};

/** `*.example.com` matches every name below example.com, but not example.com. */
const matchesHost = (host: string, pattern: string): boolean =>
  pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length
    : host === pattern;

const checkRedirects = (
  policy: Policy,
  field: 'redirect_uris' | 'post_logout_redirect_uris',
  uris: readonly string[],
): void => {
  if (uris.length > policy.max_redirect_uris) {
    refuse(field, `may name ${policy.max_redirect_uris} URIs at most`);
  }
  const isAllowed = (uri: string): boolean => {
    const host = URL.parse(uri)?.hostname ?? '';
    return policy.redirect_hosts.some((pattern) => matchesHost(host, pattern));
  };
  if (policy.redirect_hosts.length > 0 && !uris.every(isAllowed)) {
    refuse(field, 'names a host that may not be registered here');
  }
};

/** Applies the operator's rules, which come on top of the rules for all clients. Adds the scope if it is missing. */
export const applyPolicy = (policy: Policy, metadata: ClientMetadata): ClientMetadata => {
  const grants = metadata.grant_types ?? ['authorization_code'];
  checkGrantTypes(policy, grants);
  checkSector(metadata, grants);
  const scopes = allowedScopes(policy, metadata.scope);
  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    checkRedirects(policy, field, metadata[field] ?? []);
  }
  return { ...metadata, scope: scopes.join(' ') };
};
