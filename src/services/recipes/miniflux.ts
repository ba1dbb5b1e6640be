import type { Recipe } from './recipe.ts';

export const miniflux: Recipe = {
  name: 'miniflux',
  title: 'Miniflux',
  type: 'web',
  exampleUrl: 'https://reader.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oauth2/oidc/callback`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    pkce: 'required',
  }),
  snippets: ({ url, issuer, clientId, clientSecret }) => [
    {
      where: 'its environment, or /etc/miniflux.conf',
      format: 'env',
      lines: [
        `BASE_URL=${url}`,
        'OAUTH2_PROVIDER=oidc',
        'OAUTH2_OIDC_PROVIDER_NAME=Postern',
        `OAUTH2_OIDC_DISCOVERY_ENDPOINT=${issuer}`,
        `OAUTH2_CLIENT_ID=${clientId}`,
        `OAUTH2_CLIENT_SECRET=${clientSecret}`,
        `OAUTH2_REDIRECT_URL=${url}/oauth2/oidc/callback`,
        'OAUTH2_USER_CREATION=1',
      ],
    },
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'Miniflux', version: '2.3.5' }] },
    groups:
      'Miniflux has no setting for groups. `--allowed-group readers` at Postern lets the members of a group in only.',
    signOut: () =>
      'Miniflux ends its own session only. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message: 'This user already exists.',
        cause: 'An account of Miniflux with this user name exists, and is not linked with the person.',
        remedy: 'Sign in with its password, and link it in the settings of Miniflux.',
      },
      {
        message: 'Access Forbidden',
        cause: 'The person has no account in Miniflux, and `OAUTH2_USER_CREATION` is not set.',
        remedy: 'Set `OAUTH2_USER_CREATION=1`, or create the account.',
      },
    ],
  },
};
