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
};
