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
  notes: [
    'The view that calls `authorize_access_token()` is expected at /authorize.',
    'Find people by `sub`. An address counts only while `email_verified` is `True`: people type it themselves.',
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'Authlib (Flask)', version: '1.9.10' }] },
    groups:
      'Add `groups` to the scope of the client (`--scope "openid profile email groups"`) and of `client_kwargs`. `token["userinfo"]["groups"]` then has the names, and your code decides what they allow.',
    signOut: ({ endpoints, clientId }) =>
      `Your code ends its own session, and sends the browser to \`${endpoints.endSession}?client_id=${clientId}&post_logout_redirect_uri=…\` with an address that you register with \`--post-logout-redirect-uri\`.`,
    errors: [
      {
        message: 'mismatching_state: CSRF Warning! State not equal in request and response.',
        cause:
          'The session cookie of the application is missing at the callback: the sign-in began under another host name, or SECRET_KEY differs between its processes.',
        remedy: 'Use one host name, and one SECRET_KEY for all processes.',
      },
    ],
  },
};
