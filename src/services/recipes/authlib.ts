import type { Recipe } from './recipe.ts';

/** Authlib sends a nonce, and a challenge when the method is named. `token["userinfo"]` has the claims of the ID token. */
export const authlib: Recipe = {
  name: 'authlib',
  aliases: ['flask'],
  title: 'Authlib with Flask',
  type: 'web',
  exampleUrl: 'https://www.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/authorize`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    id_token_claims: 'all',
    pkce: 'required',
  }),
  snippets: ({ endpoints, clientId, clientSecret }) => [
    {
      where: 'the module that has oauth = OAuth(app)',
      format: 'python',
      lines: [
        'oauth.register(',
        '    name="postern",',
        `    client_id="${clientId}",`,
        `    client_secret="${clientSecret}",`,
        `    server_metadata_url="${endpoints.discovery}",`,
        '    client_kwargs={',
        '        "scope": "openid profile email",',
        '        "code_challenge_method": "S256",',
        '    },',
        ')',
      ],
    },
  ],
  notes: ['The view that calls `authorize_access_token()` is expected at /authorize.'],
};
