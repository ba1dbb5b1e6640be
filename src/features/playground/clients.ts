import { createHmac } from 'node:crypto';
import type { ClientConfig, Config } from '#config';
import { demoResource } from '../../services/demo-data/index.ts';

export const callbackPath = '/playground/callback';
export const signedOutPath = '/playground/signed-out';

export interface PlaygroundCredentials {
  readonly web: { readonly id: string; readonly secret: string };
  readonly device: { readonly id: string };
  readonly issuer: { readonly id: string };
}

/**
 * The playground has clients of its own, because it needs a client secret in clear and the demo clients have hashes.
 * Like clients of the configuration they live in memory and are never stored. The secret is derived from the cookie key,
 * so that all processes on one store accept it.
 */
export const playgroundCredentials = (cookieKey: string): PlaygroundCredentials => ({
  web: {
    id: 'playground',
    secret: createHmac('sha256', cookieKey).update('the secret of the playground').digest('base64url'),
  },
  device: { id: 'playground-device' },
  issuer: { id: 'playground-issuer' },
});

/** None in production. A client that the operator configured under the same id takes precedence. */
export const playgroundClientConfigs = (config: Config, cookieKey: string): readonly ClientConfig[] => {
  if (config.mode === 'production') return [];
  const { web, device, issuer } = playgroundCredentials(cookieKey);
  const redirect_uris = [`${config.issuer}${callbackPath}`];
  const clients: readonly ClientConfig[] = [
    {
      client_id: web.id,
      client_name: 'Playground',
      client_secret: web.secret,
      redirect_uris,
      post_logout_redirect_uris: [`${config.issuer}${signedOutPath}`],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: device.id,
      client_name: 'Playground device',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: issuer.id,
      client_name: 'Playground, issuer style',
      token_endpoint_auth_method: 'none',
      redirect_uris,
      grant_types: ['authorization_code'],
      issuer_tokens: true,
      audience: demoResource(config.issuer).audience,
    },
  ];
  const taken = new Set(config.clients.map(({ client_id }) => client_id));
  return clients.filter(({ client_id }) => !taken.has(client_id));
};
