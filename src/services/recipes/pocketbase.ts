import type { Recipe } from './recipe.ts';

/** It sends no nonce. */
export const pocketbase: Recipe = {
  name: 'pocketbase',
  title: 'PocketBase',
  type: 'web',
  exampleUrl: 'https://base.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/api/oauth2-redirect`],
    scope: 'openid profile email',
    grant_types: ['authorization_code'],
    pkce: 'required',
  }),
  snippets: ({ endpoints, clientId, clientSecret }) => [
    {
      where: 'the body of PATCH /api/collections/users, as a superuser',
      format: 'json',
      lines: JSON.stringify(
        {
          oauth2: {
            enabled: true,
            providers: [
              {
                name: 'oidc',
                displayName: 'Postern',
                clientId,
                clientSecret,
                authURL: endpoints.authorization,
                tokenURL: endpoints.token,
                userInfoURL: endpoints.userinfo,
                pkce: true,
              },
            ],
          },
        },
        null,
        2,
      ).split('\n'),
    },
  ],
  notes: [
    'The list replaces the providers that the collection has.',
    'PocketBase takes an e-mail address only when it is verified.',
  ],
};
