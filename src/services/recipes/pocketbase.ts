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
  guide: {
    source: { kind: 'run', programs: [{ name: 'PocketBase', version: '0.36.8' }] },
    groups:
      'PocketBase has no setting for groups. Your own hook can read `meta.rawUser.groups` of the response, once the client has the scope `groups` and your code requests it.',
    signOut: () =>
      'PocketBase ends its own session only. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message: 'Failed to fetch OAuth2 user.',
        cause: '`userInfoURL` is wrong, or Postern refused the access token.',
        remedy: 'Compare the address with the configuration above.',
      },
    ],
  },
};
