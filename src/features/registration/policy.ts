import type { Config } from '#config';
import { type ClientMetadata, registrableScopes } from '../../services/clients/index.ts';
import { isWeb, schemeOf, withApplicationType } from './application-type.ts';
import { metadataRefused } from './errors.ts';

const refuse = (field: string, message: string): never => {
  throw metadataRefused(field, `${field}: ${message}`);
};

/**
 * RFC 7591 §2: the server may replace what a client asks for. Apps ask for every grant or scope that they know of, so
 * what is superfluous is left out, and the response says what is registered. A client that has nothing left is refused.
 */
const keep = (field: string, wanted: readonly string[], allowed: readonly string[]): readonly string[] => {
  const kept = wanted.filter((one) => allowed.includes(one));
  if (kept.length > 0) return kept;
  const [first = 'an empty list'] = wanted;
  return refuse(field, `${first} may not be registered here; use ${allowed.join(', ')}`);
};

/** RFC 7591 §2.1: only the grant authorization_code has a response type. */
const allowedResponseTypes = (types: readonly string[], grants: readonly string[]): readonly string[] =>
  grants.includes('authorization_code') && types.length > 0 ? keep('response_types', types, ['code']) : [];

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

/** `*.example.com` matches every name below example.com, but not example.com. */
const matchesHost = (host: string, pattern: string): boolean =>
  pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length >= pattern.length
    : host === pattern;

/** A dot at the end of a host leads to the same server. */
const hostOf = (uri: string): string | undefined => {
  const { hostname, port } = URL.parse(uri) ?? {};
  return hostname && `${hostname.replace(/(?<!\.)\.+$/, '')}:${port}`;
};

const checkRedirects = (
  { issuer, registration: policy }: Pick<Config, 'issuer' | 'registration'>,
  field: 'redirect_uris' | 'post_logout_redirect_uris',
  uris: readonly string[],
): void => {
  if (uris.length > policy.max_redirect_uris) {
    refuse(field, `may name ${policy.max_redirect_uris} URIs at most`);
  }
  // People read where a client takes them, and would take it for this server.
  const own = hostOf(issuer);
  if (uris.some((uri) => hostOf(uri) === own)) {
    refuse(field, 'names this server');
  }
  const isAllowed = (uri: string): boolean => {
    if (policy.redirect_schemes.includes(schemeOf(uri))) return true;
    if (!isWeb(uri)) return false;
    const host = URL.parse(uri)?.hostname ?? '';
    return policy.redirect_hosts.some((pattern) => matchesHost(host, pattern));
  };
  if (policy.redirect_hosts.length > 0 && !uris.every(isAllowed)) {
    refuse(field, 'names a host that may not be registered here');
  }
};

/** Applies the operator's rules, which come on top of the rules for all clients. Adds the scope if it is missing. */
export const applyPolicy = (
  config: Pick<Config, 'issuer' | 'registration' | 'resources'>,
  given: ClientMetadata,
): ClientMetadata => {
  const { registration: policy } = config;
  const metadata = withApplicationType(given, policy.redirect_schemes);
  const { grant_types: wantedGrants, response_types: wantedTypes } = metadata;
  const grants = keep('grant_types', wantedGrants ?? ['authorization_code'], policy.grant_types);
  checkSector(metadata, grants);
  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    checkRedirects(config, field, metadata[field] ?? []);
  }
  const scopes = registrableScopes(config);
  const named = metadata.scope?.split(' ').filter((name) => name !== '') ?? [];
  // `offline_access` alone names nothing that a token could be for. The MCP SDK for Python registers it at an API that
  // publishes no scopes.
  const wantedScopes = named.some((name) => name !== 'offline_access') ? named : scopes;
  return {
    ...metadata,
    ...(wantedGrants !== undefined && { grant_types: grants }),
    ...(wantedTypes !== undefined && { response_types: allowedResponseTypes(wantedTypes, grants) }),
    scope: keep('scope', wantedScopes, scopes).join(' '),
  };
};
