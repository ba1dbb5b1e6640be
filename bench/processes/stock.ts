/** Unmodified oidc-provider on Koa, with its memory adapter or the equivalent of its example Redis adapter. */
import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { algorithms, audienceOf, claims, clients, opaqueAudience, paths } from '../fixtures.ts';
import { answer } from '../messages.ts';
import { createMinter } from '../minter.ts';
import { exampleAdapter } from '../subjects/example-adapter.ts';
import { unboundedMemoryAdapter } from '../subjects/unbounded-memory-adapter.ts';

const [redisSocket] = process.argv.slice(2);
const cookieKey = randomBytes(32).toString('base64url');

const privateJwk = (alg: (typeof algorithms)[number]): JsonWebKey => {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : alg === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `key-${alg}` };
};

const provider = new Provider('http://localhost', {
  adapter: redisSocket === undefined ? unboundedMemoryAdapter() : exampleAdapter(redisSocket),
  clients: clients.map((client) => ({ ...client, response_types: [...client.response_types] })),
  jwks: { keys: algorithms.map(privateJwk) as never },
  cookies: { keys: [cookieKey] },
  routes: {
    authorization: paths.authorize,
    token: paths.token,
    introspection: paths.introspect,
    userinfo: paths.userinfo,
  },
  claims: { profile: ['name', 'given_name', 'family_name'], email: ['email', 'email_verified'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, client) => (client.clientId === 'machine' ? audienceOf('ES256') : []),
      useGrantedResource: () => false,
      getResourceServerInfo: (_ctx, audience) =>
        audience === opaqueAudience
          ? { scope: 'read', audience, accessTokenFormat: 'opaque' }
          : {
              scope: 'read',
              audience,
              accessTokenFormat: 'jwt',
              jwt: { sign: { alg: algorithms.find((alg) => audienceOf(alg) === audience) ?? 'ES256' } },
            },
    },
  },
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: (_ctx, code) => !code.scopes.has('offline_access'),
  rotateRefreshToken: () => true,
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims }) }),
  ttl: {
    AccessToken: 3600,
    AuthorizationCode: 600,
    ClientCredentials: 600,
    Grant: 14 * 86_400,
    IdToken: 3600,
    RefreshToken: 14 * 86_400,
    Session: 14 * 86_400,
  },
});

const server = createServer(provider.callback()).listen(0, '127.0.0.1');
await once(server, 'listening');

answer({
  // A socket has a port once it listens.
  port: () => (server.address() as AddressInfo).port,
  mint: createMinter({
    provider,
    nextAccountId: () => 'an-account-of-measurements',
    cookieKey,
    cookieHash: 'sha1',
    sessionCookie: '_session',
  }),
  collect: () => globalThis.gc?.(),
});
