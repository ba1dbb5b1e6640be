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
};
