import type { Recipe } from './recipe.ts';

/** It sends no nonce. */
export const grafana: Recipe = {
  name: 'grafana',
  title: 'Grafana',
  type: 'web',
  exampleUrl: 'https://grafana.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/login/generic_oauth`],
    post_logout_redirect_uris: [`${url}/login`],
    scope: 'openid profile email groups offline_access',
    pkce: 'required',
  }),
  snippets: ({ url, endpoints, clientId, clientSecret }) => [
    {
      where: 'grafana.ini',
      format: 'ini',
      lines: [
        '[server]',
        `root_url = ${url}/`,
        '',
        '[auth.generic_oauth]',
        'enabled = true',
        'name = Postern',
        'allow_sign_up = true',
        `client_id = ${clientId}`,
        `client_secret = ${clientSecret}`,
        'auth_style = InHeader',
        'scopes = openid profile email groups offline_access',
        `auth_url = ${endpoints.authorization}`,
        `token_url = ${endpoints.token}`,
        `api_url = ${endpoints.userinfo}`,
        'use_pkce = true',
        'use_refresh_token = true',
        'login_attribute_path = preferred_username',
        'name_attribute_path = name',
        'email_attribute_path = email',
        'groups_attribute_path = groups',
        `signout_redirect_url = ${endpoints.endSession}?post_logout_redirect_uri=${encodeURIComponent(`${url}/login`)}`,
      ],
    },
  ],
  notes: [
    'Leave `oauth_allow_insecure_email_lookup` off: with it, Grafana finds users by an address that may not be verified.',
  ],
  guide: {
    source: {
      kind: 'manual',
      manual: {
        title: 'Configure Generic OAuth authentication',
        url: 'https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth/',
        version: 'Grafana 12',
      },
    },
    groups:
      "`role_attribute_path = contains(groups[*], 'admins') && 'Admin' || 'Viewer'` makes the members of a group administrators.",
    signOut: () => '`signout_redirect_url` of the configuration ends the session at Postern as well.',
    errors: [
      {
        message: 'Failed to get token from provider',
        cause: 'Postern refused the code: the client secret is wrong, or `use_pkce` is off.',
        remedy:
          'Look for `invalid_client` or `invalid_grant` in the log of Postern, and correct the setting.',
      },
      {
        message: 'login.OAuthLogin(missing saved state)',
        cause:
          'Older releases say so when the cookie of the sign-in is missing at the callback: `root_url` has another host name than the address in the browser.',
        remedy: 'Set `root_url` to the address that people use.',
      },
    ],
  },
};
