import type { Config } from '#config';
import type { ClientMetadata } from '../../services/clients/index.ts';
import { RegistrationRefused } from './errors.ts';

const standardScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];

/** `*.example.com` is every name below it, and not itself. */
const matchesHost = (host: string, pattern: string): boolean =>
  pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length
    : host === pattern;

const hostOf = (uri: string): string => URL.parse(uri)?.hostname ?? '';

/** What the operator lets clients register, beyond the rules for all clients. Fills in the scope that isn't named. */
export const applyPolicy = (
  { registration }: Pick<Config, 'registration'>,
  metadata: ClientMetadata,
): ClientMetadata => {
  const refuse = (field: string, message: string): never => {
    const code = field.endsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata';
    throw new RegistrationRefused(400, code, `${field}: ${message}`);
  };
  const grants = metadata.grant_types ?? ['authorization_code'];
  const foreignGrant = grants.find((grant) => !registration.grant_types.includes(grant));
  if (foreignGrant !== undefined) {
    refuse(
      'grant_types',
      `${foreignGrant} may not be registered here; use ${registration.grant_types.join(', ')}`,
    );
  }

  // Without redirects to prove it, anybody could name the sector of others and learn what they call a person.
  const hasGrantWithoutRedirect = grants.some((grant) => grant.startsWith('urn:'));
  if (
    metadata['subject_type'] === 'pairwise' &&
    hasGrantWithoutRedirect &&
    metadata['sector_identifier_uri'] === undefined
  ) {
    refuse('sector_identifier_uri', 'is needed for pairwise subjects with these grant types');
  }

  const scopes = registration.scopes.length > 0 ? registration.scopes : standardScopes;
  const asked = metadata.scope?.split(' ').filter((scope) => scope !== '') ?? scopes;
  const foreignScope = asked.find((scope) => !scopes.includes(scope));
  if (foreignScope !== undefined) {
    refuse('scope', `${foreignScope} may not be registered here; use ${scopes.join(' ')}`);
  }

  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    const uris = metadata[field] ?? [];
    if (uris.length > registration.max_redirect_uris) {
      refuse(field, `may name ${registration.max_redirect_uris} URIs at most`);
    }
    const foreign =
      registration.redirect_hosts.length === 0
        ? undefined
        : uris.find(
            (uri) => !registration.redirect_hosts.some((pattern) => matchesHost(hostOf(uri), pattern)),
          );
    if (foreign !== undefined) refuse(field, 'names a host that may not be registered here');
  }
  return { ...metadata, scope: asked.join(' ') };
};
