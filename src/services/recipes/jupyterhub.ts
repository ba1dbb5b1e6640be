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
    '`allow_all` lets every account of this server in. Use `allowed_groups` or `allowed_users` to name some, and `admin_groups` for administrators.',
  ],
};
