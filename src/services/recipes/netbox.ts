import type { Recipe } from './recipe.ts';

/** Its library, python-social-auth, sends a nonce. */
export const netbox: Recipe = {
  name: 'netbox',
  title: 'NetBox',
  type: 'web',
  exampleUrl: 'https://netbox.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oauth/complete/oidc/`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    pkce: 'auto',
  }),
  snippets: ({ issuer, clientId, clientSecret }) => [
    {
      where: 'configuration.py',
      format: 'python',
      lines: [
        'REMOTE_AUTH_ENABLED = True',
        'REMOTE_AUTH_AUTO_CREATE_USER = True',
        'REMOTE_AUTH_BACKEND = "social_core.backends.open_id_connect.OpenIdConnectAuth"',
        `SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = "${issuer}"`,
        `SOCIAL_AUTH_OIDC_KEY = "${clientId}"`,
        `SOCIAL_AUTH_OIDC_SECRET = "${clientSecret}"`,
        'SOCIAL_AUTH_OIDC_SCOPE = ["openid", "profile", "email"]',
      ],
    },
  ],
};
