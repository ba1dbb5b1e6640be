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
  notes: [
    'Apply it with `gitlab-ctl reconfigure`.',
    'Leave `omniauth_auto_link_user` off: with it, GitLab finds existing users by an address that may not be verified.',
  ],
  guide: {
    source: {
      kind: 'library',
      programs: [{ name: 'GitLab (OmniAuth strategy)', version: 'gitlab-omniauth-openid-connect 0.10.0' }],
      manual: {
        title: 'Use OpenID Connect as an authentication provider',
        url: 'https://docs.gitlab.com/administration/auth/oidc/',
        version: 'GitLab 18',
      },
    },
    groups:
      "Needs GitLab Premium or Ultimate. Add `groups` to the scope of the client (`--scope \"openid profile email groups\"`) and of the provider, and `gitlab: { groups_attribute: 'groups', admin_groups: ['admins'] }` to `client_options`.",
    signOut: () =>
      'GitLab ends its own session only. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message: 'Could not authenticate you from OpenIDConnect because "…".',
        cause:
          'The quotes have the reason: “Invalid client” is a wrong secret, and “Failed to open TCP connection” an issuer that GitLab can’t reach.',
        remedy:
          'Compare `identifier` and `secret` with the client, or open the issuer on the machine of GitLab.',
      },
    ],
  },
};
