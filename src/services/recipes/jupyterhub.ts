import type { Recipe } from './recipe.ts';

/** GenericOAuthenticator of oauthenticator. It sends no nonce. */
export const jupyterhub: Recipe = {
  name: 'jupyterhub',
  aliases: ['jupyter'],
  title: 'JupyterHub',
  type: 'web',
  exampleUrl: 'https://hub.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/hub/oauth_callback`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email groups',
    pkce: 'required',
  }),
  snippets: ({ url, endpoints, clientId, clientSecret }) => [
    {
      where: 'jupyterhub_config.py',
      format: 'python',
      lines: [
        'c.JupyterHub.authenticator_class = "generic-oauth"',
        'c.GenericOAuthenticator.login_service = "Postern"',
        `c.GenericOAuthenticator.client_id = "${clientId}"`,
        `c.GenericOAuthenticator.client_secret = "${clientSecret}"`,
        `c.GenericOAuthenticator.oauth_callback_url = "${url}/hub/oauth_callback"`,
        `c.GenericOAuthenticator.authorize_url = "${endpoints.authorization}"`,
        `c.GenericOAuthenticator.token_url = "${endpoints.token}"`,
        `c.GenericOAuthenticator.userdata_url = "${endpoints.userinfo}"`,
        'c.GenericOAuthenticator.scope = ["openid", "profile", "email", "groups"]',
        'c.GenericOAuthenticator.username_claim = "preferred_username"',
        'c.GenericOAuthenticator.basic_auth = True',
        'c.GenericOAuthenticator.enable_pkce = True',
        'c.GenericOAuthenticator.manage_groups = True',
        'c.GenericOAuthenticator.auth_state_groups_key = "oauth_user.groups"',
        'c.GenericOAuthenticator.allow_all = True',
      ],
    },
  ],
  notes: [
    '`allow_all` lets every account of this server in. Use `allowed_users` or `allowed_groups` to name some.',
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'JupyterHub', version: '6.1.1, oauthenticator 17.4.0' }] },
    groups:
      '`c.GenericOAuthenticator.admin_groups = {"admins"}` makes the members of a group administrators, and `allowed_groups` lets the members of some in only. Remove `allow_all` then.',
    signOut: ({ url, endpoints, clientId }) =>
      `Set \`c.GenericOAuthenticator.logout_redirect_url = "${endpoints.endSession}?client_id=${clientId}&post_logout_redirect_uri=${encodeURIComponent(url)}"\`, and register the address with \`--post-logout-redirect-uri ${url}\`.`,
    errors: [
      {
        message:
          'Sorry, you are not currently authorized to use this hub. Please contact the hub administrator.',
        cause:
          'The person signed in, and none of `allow_all`, `allowed_users` and `allowed_groups` lets them in.',
        remedy: 'Add the person or one of their groups.',
      },
      {
        message: 'OAuth state missing from cookies',
        cause: 'The hub was opened under another host name than the one of `oauth_callback_url`.',
        remedy: 'Use the address of `--url` in the browser.',
      },
    ],
  },
};
