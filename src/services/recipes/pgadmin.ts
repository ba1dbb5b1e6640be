import type { Recipe } from './recipe.ts';

/** Its library, Authlib, sends a nonce. It looks for the user in the ID token first. */
export const pgadmin: Recipe = {
  name: 'pgadmin',
  title: 'pgAdmin',
  type: 'web',
  exampleUrl: 'https://pgadmin.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oauth2/authorize`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email groups',
    id_token_claims: 'all',
    pkce: 'required',
  }),
  snippets: ({ issuer, endpoints, clientId, clientSecret }) => [
    {
      where: 'config_local.py',
      format: 'python',
      lines: [
        'AUTHENTICATION_SOURCES = ["oauth2", "internal"]',
        'OAUTH2_AUTO_CREATE_USER = True',
        'OAUTH2_CONFIG = [',
        '    {',
        '        "OAUTH2_NAME": "postern",',
        '        "OAUTH2_DISPLAY_NAME": "Postern",',
        `        "OAUTH2_CLIENT_ID": "${clientId}",`,
        `        "OAUTH2_CLIENT_SECRET": "${clientSecret}",`,
        `        "OAUTH2_SERVER_METADATA_URL": "${endpoints.discovery}",`,
        `        "OAUTH2_AUTHORIZATION_URL": "${endpoints.authorization}",`,
        `        "OAUTH2_TOKEN_URL": "${endpoints.token}",`,
        `        "OAUTH2_API_BASE_URL": "${issuer}/",`,
        '        "OAUTH2_USERINFO_ENDPOINT": "userinfo",',
        '        "OAUTH2_SCOPE": "openid profile email groups",',
        '        "OAUTH2_USERNAME_CLAIM": "preferred_username",',
        '        "OAUTH2_CHALLENGE_METHOD": "S256",',
        '        "OAUTH2_RESPONSE_TYPE": "code",',
        '    }',
        ']',
      ],
    },
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'pgAdmin', version: '9.18' }] },
    groups: '`"OAUTH2_ADDITIONAL_CLAIMS": {"groups": ["admins"]}` lets the members of a group in only.',
    signOut: ({ url, endpoints, clientId }) =>
      `Set \`"OAUTH2_LOGOUT_URL": "${endpoints.endSession}?client_id=${clientId}&post_logout_redirect_uri=${encodeURIComponent(url)}"\`, and register the address with \`--post-logout-redirect-uri ${url}\`.`,
    errors: [
      {
        message: 'An email id is required to login into pgAdmin. Please update your Oauth2 profile.',
        cause: 'The account of the person has no e-mail address.',
        remedy: 'Give it one: `postern account update NAME --claim email=ada@example.com`.',
      },
    ],
  },
};
