import type { Recipe } from './recipe.ts';

export const djangoAllauth: Recipe = {
  name: 'django-allauth',
  aliases: ['allauth'],
  title: 'django-allauth',
  type: 'web',
  exampleUrl: 'https://www.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/accounts/oidc/postern/login/callback/`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    pkce: 'required',
  }),
  snippets: ({ issuer, clientId, clientSecret }) => [
    {
      where: 'settings.py',
      format: 'python',
      lines: [
        'SOCIALACCOUNT_PROVIDERS = {',
        '    "openid_connect": {',
        '        "OAUTH_PKCE_ENABLED": True,',
        '        "APPS": [',
        '            {',
        '                "provider_id": "postern",',
        '                "name": "Postern",',
        `                "client_id": "${clientId}",`,
        `                "secret": "${clientSecret}",`,
        '                "settings": {',
        `                    "server_url": "${issuer}",`,
        '                    "token_auth_method": "client_secret_basic",',
        '                },',
        '            }',
        '        ],',
        '    }',
        '}',
      ],
    },
  ],
  notes: [
    'INSTALLED_APPS needs allauth.socialaccount.providers.openid_connect, and the URLs of allauth are expected at /accounts/.',
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'django-allauth', version: '65.22.1' }] },
    groups:
      'It has no setting for groups. Add `groups` to the scope of the client and to `"SCOPE"` of the app; the names are then in `extra_data` of the social account, where an adapter of yours can read them.',
    signOut: () =>
      'django-allauth ends its own session only. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message: 'Third-Party Login Failure',
        cause:
          'allauth shows this page for every failed sign-in. Often the callback has http instead of https, because Django does not know that it is behind a proxy.',
        remedy:
          'Set `SECURE_PROXY_SSL_HEADER` and `ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"`. The log of Postern names the reason of a refusal.',
      },
    ],
  },
};
