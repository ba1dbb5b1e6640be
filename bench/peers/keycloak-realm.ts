/** The realm that Keycloak is measured with: the same client, people and signatures as Postern's. */
import { password, usernames } from '../compare/settings.ts';
import { claims, clientOf, machineClient, redirectUri, secret } from '../fixtures.ts';

export const realm = 'bench';

const confidentialClient = (clientId: string, more: object) => ({
  clientId,
  secret,
  enabled: true,
  protocol: 'openid-connect',
  publicClient: false,
  clientAuthenticatorType: 'client-secret',
  ...more,
});

export const realmFile = () => ({
  realm,
  enabled: true,
  sslRequired: 'none',
  defaultSignatureAlgorithm: 'ES256',
  accessTokenLifespan: 3600,
  accessCodeLifespan: 600,
  components: {
    'org.keycloak.keys.KeyProvider': [
      {
        name: 'ecdsa',
        providerId: 'ecdsa-generated',
        config: { ecdsaEllipticCurveKey: ['P-256'], priority: ['200'], active: ['true'], enabled: ['true'] },
      },
    ],
  },
  clients: [
    confidentialClient(clientOf('ES256'), {
      redirectUris: [redirectUri],
      standardFlowEnabled: true,
      attributes: { 'pkce.code.challenge.method': 'S256' },
    }),
    confidentialClient(machineClient, { standardFlowEnabled: false, serviceAccountsEnabled: true }),
  ],
  users: usernames.map((username) => ({
    username,
    enabled: true,
    email: `${username}@example.com`,
    emailVerified: true,
    firstName: claims.given_name,
    lastName: claims.family_name,
    credentials: [{ type: 'password', value: password, temporary: false }],
  })),
});
