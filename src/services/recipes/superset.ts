import type { Recipe } from './recipe.ts';

/** Its library, Authlib, sends a nonce, and a challenge when the method is named. */
export const superset: Recipe = {
  name: 'superset',
  title: 'Apache Superset',
  type: 'web',
  exampleUrl: 'https://superset.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oauth-authorized/postern`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email groups',
    pkce: 'required',
  }),
  snippets: ({ endpoints, clientId, clientSecret }) => [
    {
      where: 'superset_config.py',
      format: 'python',
      lines: [
        'from flask_appbuilder.security.manager import AUTH_OAUTH',
        'from superset.security import SupersetSecurityManager',
        '',
        '',
        'class PosternSecurityManager(SupersetSecurityManager):',
        '    def oauth_user_info(self, provider, response=None):',
        '        person = self.oauth_remotes[provider].userinfo(token=response)',
        '        return {',
        '            "username": person["preferred_username"],',
        '            "email": person.get("email", ""),',
        '            "first_name": person.get("given_name", person.get("name", "")),',
        '            "last_name": person.get("family_name", ""),',
        '            "role_keys": person.get("groups", []),',
        '        }',
        '',
        '',
        'CUSTOM_SECURITY_MANAGER = PosternSecurityManager',
        'AUTH_TYPE = AUTH_OAUTH',
        'AUTH_USER_REGISTRATION = True',
        'AUTH_USER_REGISTRATION_ROLE = "Gamma"',
        'OAUTH_PROVIDERS = [',
        '    {',
        '        "name": "postern",',
        '        "icon": "fa-key",',
        '        "token_key": "access_token",',
        '        "remote_app": {',
        `            "client_id": "${clientId}",`,
        `            "client_secret": "${clientSecret}",`,
        `            "server_metadata_url": "${endpoints.discovery}",`,
        '            "client_kwargs": {',
        '                "scope": "openid profile email groups",',
        '                "code_challenge_method": "S256",',
        '            },',
        '        },',
        '    }',
        ']',
      ],
    },
  ],
  guide: {
    source: {
      kind: 'manual',
      manual: {
        title: 'Configuring Superset, “Custom OAuth2 Configuration”',
        url: 'https://superset.apache.org/docs/configuration/configuring-superset',
        version: 'Superset 5',
      },
    },
    groups:
      '`AUTH_ROLES_MAPPING = {"admins": ["Admin"]}` gives the members of a group a role, and `AUTH_ROLES_SYNC_AT_LOGIN = True` does so at every sign-in.',
    signOut: () =>
      'Superset ends its own session only. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message: 'The request to sign in was denied.',
        cause:
          'Superset could not redeem the code, or has no `jwks_uri`. Its log has the reason, after “Error authorizing OAuth access token”.',
        remedy: 'Compare client id, secret and `server_metadata_url` with the configuration above.',
      },
    ],
  },
};
