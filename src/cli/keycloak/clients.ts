import type { AddClient, ClientMetadata } from '#src/services/clients/index.ts';
import { absoluteAddresses } from './addresses.ts';
import { keysOf } from './client-keys.ts';
import type { Notes } from './notes.ts';
import type { KeycloakClient, Realm } from './realm.ts';

const builtIn = new Set([
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
]);

const methods: Readonly<Record<string, string>> = {
  'client-secret': 'client_secret_basic',
  'client-secret-jwt': 'client_secret_jwt',
  'client-jwt': 'private_key_jwt',
};
const methodOf = (type: string): string | undefined =>
  Object.hasOwn(methods, type) ? methods[type] : undefined;

const device = 'urn:ietf:params:oauth:grant-type:device_code';
/** Shorter secrets are refused, and Keycloak masks them with asterisks in exports by the console. */
const minSecretLength = 32;

const textIn = (attributes: KeycloakClient['attributes'], name: string): string | undefined => {
  const value = attributes?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const grantTypesOf = (client: KeycloakClient): readonly string[] => [
  ...(client.standardFlowEnabled === false ? [] : ['authorization_code', 'refresh_token']),
  ...(client.serviceAccountsEnabled ? ['client_credentials'] : []),
  ...(textIn(client.attributes, 'oauth2.device.authorization.grant.enabled') === 'true' ? [device] : []),
];

const logoutUrisOf = (client: KeycloakClient, redirects: readonly string[], notes: Notes) => {
  const listed = textIn(client.attributes, 'post.logout.redirect.uris')?.split('##') ?? [];
  return [
    ...(listed.includes('+') ? redirects : []),
    ...absoluteAddresses(
      listed.filter((address) => address !== '+' && address !== '-'),
      client,
      notes,
    ),
  ];
};

const noteMissing = (client: KeycloakClient, notes: Notes): void => {
  const { clientId = '' } = client;
  if (client.implicitFlowEnabled) notes.add('the implicit flow: use codes with PKCE', clientId);
  if (client.directAccessGrantsEnabled && client.standardFlowEnabled === false)
    notes.add('the password grant: use the authorization code or device flow', clientId);
  if (client.protocolMappers?.length)
    notes.add(
      'protocol mappers: write `claims` of the client, `claims` of scopes, or `resources[].claims`',
      clientId,
    );
};

/** Undefined for a client that has no counterpart. */
const convertClient = (client: KeycloakClient, notes: Notes): AddClient | undefined => {
  const { clientId = '', attributes } = client;
  if (builtIn.has(clientId)) return undefined;
  if (client.protocol !== undefined && client.protocol !== 'openid-connect') {
    notes.add(`clients of ${client.protocol}`, clientId);
    return undefined;
  }
  if (client.bearerOnly) {
    notes.add('clients that only receive tokens: list them as `resources` of the configuration', clientId);
    return undefined;
  }
  if (client.enabled === false) {
    notes.add('disabled clients', clientId);
    return undefined;
  }
  const method = client.publicClient ? 'none' : methodOf(client.clientAuthenticatorType ?? 'client-secret');
  if (method === undefined) {
    notes.add(`client authentication by ${client.clientAuthenticatorType}`, clientId);
    return undefined;
  }
  const keys = method === 'private_key_jwt' ? keysOf(client, notes) : {};
  if (keys === undefined) {
    notes.add(
      'client authentication by a certificate or single key: register `jwks` or `jwks_uri`',
      clientId,
    );
    return undefined;
  }
  noteMissing(client, notes);
  const redirects = absoluteAddresses(client.redirectUris ?? [], client, notes);
  const logoutUris = logoutUrisOf(client, redirects, notes);
  const grantTypes = grantTypesOf(client);
  const logoutUri = textIn(attributes, 'backchannel.logout.url');
  const [backchannelUri] = absoluteAddresses(logoutUri === undefined ? [] : [logoutUri], client, notes);
  const usesCodes = grantTypes.includes('authorization_code');
  const metadata: Omit<ClientMetadata, 'client_id'> = {
    ...(client.name && !client.name.startsWith('${') && { client_name: client.name }),
    token_endpoint_auth_method: method,
    grant_types: grantTypes,
    response_types: usesCodes ? ['code'] : [],
    redirect_uris: usesCodes ? redirects : [],
    ...(logoutUris.length > 0 && { post_logout_redirect_uris: logoutUris }),
    ...keys,
    ...(backchannelUri !== undefined && { backchannel_logout_uri: backchannelUri }),
    ...(client.consentRequired !== true && { first_party: true }),
  };
  const needsSecret = method.startsWith('client_secret');
  const { secret } = client;
  const isUsable = secret !== undefined && secret.length >= minSecretLength && !/^\*+$/.test(secret);
  if (needsSecret && !isUsable)
    notes.add(
      'secrets that are masked or have fewer than 32 characters: `client rotate-secret` shows a new one',
      clientId,
    );
  return { id: clientId, metadata, ...(needsSecret && isUsable && { secret }) };
};

export const convertClients = ({ clients }: Realm, notes: Notes): readonly AddClient[] =>
  clients.flatMap((client) => convertClient(client, notes) ?? []);
