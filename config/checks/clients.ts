import { unknownScopes } from '../known-scopes.ts';
import { child } from '../path.ts';
import type { ClientConfig } from '../sections/index.ts';
import { nearest } from '../validate/nearest.ts';
import { type Finding, type Rule, when } from './rule.ts';

const isPublic = (client: ClientConfig): boolean => client.token_endpoint_auth_method === 'none';

const checkSecrets = (client: ClientConfig, path: readonly string[]): readonly Finding[] => [
  ...when(
    client.client_secret !== undefined && client.secrets !== undefined,
    [...path, 'client_secret'],
    'Give either client_secret or secrets, not both.',
  ),
  ...when(
    isPublic(client) && (client.client_secret !== undefined || client.secrets !== undefined),
    path,
    'A client with token_endpoint_auth_method none has no secret: remove it, or choose client_secret_basic.',
  ),
  ...(client.secrets ?? []).flatMap(({ hash, value }, index) =>
    when(
      (hash === undefined) === (value === undefined),
      [...path, 'secrets', String(index)],
      'Give exactly one of hash, value and value_file.',
    ),
  ),
];

/** Private keys and symmetric keys have these members (RFC 7518 §6). */
const holdsPrivateKey = ({ jwks }: ClientConfig): boolean => {
  const keys = jwks?.['keys'];
  return (
    Array.isArray(keys) &&
    keys.some((key) => ['d', 'k', 'p', 'q'].some((member) => child(key, member) !== undefined))
  );
};

export const clientsMakeSense: Rule = {
  needs: ['clients'],
  check: ({ clients }) =>
    clients.flatMap((client, index) => {
      const path = ['clients', String(index)];
      return [
        ...checkSecrets(client, path),
        ...when(
          client.issuer_tokens === true && !isPublic(client),
          [...path, 'issuer_tokens'],
          'Is for public clients: set token_endpoint_auth_method to none.',
        ),
        ...when(
          client.pkce === 'exempt' && isPublic(client),
          [...path, 'pkce'],
          'A public client can not be exempt from PKCE (RFC 9700 §2.1.1): choose a client authentication method.',
        ),
        ...when(
          client.jwks !== undefined && client.jwks_uri !== undefined,
          [...path, 'jwks_uri'],
          'Give either jwks or jwks_uri, not both (RFC 7591 §2).',
        ),
        ...when(
          holdsPrivateKey(client),
          [...path, 'jwks'],
          'Holds a private or symmetric key: give the public part only.',
        ),
      ];
    }),
};

const unverifiedHeaders: readonly string[] = ['client-cert', 'x-forwarded-client-cert'];

/** RFC 8705 §2.1: the client is identified by a name in its certificate, so an authority must have verified it. */
export const certificatesAreVerified: Rule = {
  needs: ['clients', 'proxy'],
  check: ({ clients, proxy }) =>
    clients.flatMap((client, index) =>
      when(
        client.token_endpoint_auth_method === 'tls_client_auth' &&
          !proxy.client_certificates_verified &&
          unverifiedHeaders.includes(proxy.client_certificate_header),
        ['clients', String(index), 'token_endpoint_auth_method'],
        `tls_client_auth needs verified certificates, and ${proxy.client_certificate_header} does not say whether one was verified: set proxy.client_certificates_verified to true if the proxy passes on only verified ones.`,
      ),
    ),
};

export const clientScopesExist: Rule = {
  needs: ['claims', 'clients', 'resources'],
  check: (config) =>
    config.clients.flatMap(({ scope = '' }, index) =>
      unknownScopes(config, scope).map(({ scope: unknown, suggestion }) => ({
        path: ['clients', String(index), 'scope'],
        message: `${unknown} is a scope of no resource, and not defined under claims.`,
        ...(suggestion === undefined ? {} : { suggestion }),
      })),
    ),
};

export const clientResourcesExist: Rule = {
  needs: ['clients', 'resources'],
  check: ({ clients, resources }) => {
    const known = resources.map(({ audience }) => audience);
    return clients.flatMap((client, index) =>
      (client.resources ?? []).flatMap((audience, position) => {
        if (known.includes(audience)) return [];
        const suggestion = nearest(audience, known);
        return [
          {
            path: ['clients', String(index), 'resources', String(position)],
            message: 'There is no resource with this audience.',
            ...(suggestion === undefined ? {} : { suggestion }),
          },
        ];
      }),
    );
  },
};
