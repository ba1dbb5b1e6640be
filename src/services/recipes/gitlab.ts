import type { Recipe } from './recipe.ts';

/** It sends a nonce, and `query` makes it post its secret. */
export const gitlab: Recipe = {
  name: 'gitlab',
  title: 'GitLab',
  type: 'web',
  exampleUrl: 'https://gitlab.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/users/auth/openid_connect/callback`],
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    pkce: 'auto',
  }),
  snippets: ({ url, issuer, clientId, clientSecret }) => [
    {
      where: '/etc/gitlab/gitlab.rb',
      format: 'ruby',
      lines: [
        "gitlab_rails['omniauth_allow_single_sign_on'] = ['openid_connect']",
        "gitlab_rails['omniauth_block_auto_created_users'] = false",
        "gitlab_rails['omniauth_providers'] = [",
        '  {',
        "    name: 'openid_connect',",
        "    label: 'Postern',",
        '    args: {',
        "      name: 'openid_connect',",
        "      scope: ['openid', 'profile', 'email'],",
        "      response_type: 'code',",
        `      issuer: '${issuer}',`,
        '      discovery: true,',
        "      client_auth_method: 'query',",
        "      uid_field: 'sub',",
        '      pkce: true,',
        '      client_options: {',
        `        identifier: '${clientId}',`,
        `        secret: '${clientSecret}',`,
        `        redirect_uri: '${url}/users/auth/openid_connect/callback'`,
        '      }',
        '    }',
        '  }',
        ']',
      ],
    },
  ],
  notes: ['Apply it with `gitlab-ctl reconfigure`.'],
};
