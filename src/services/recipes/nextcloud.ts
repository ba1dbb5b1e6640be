import type { Recipe } from './recipe.ts';

/** The app user_oidc. It sends a nonce, posts its secret, and asks for claims in the ID token by the `claims` parameter. */
export const nextcloud: Recipe = {
  name: 'nextcloud',
  aliases: ['user_oidc'],
  title: 'Nextcloud with user_oidc',
  type: 'web',
  exampleUrl: 'https://cloud.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/apps/user_oidc/code`, `${url}/index.php/apps/user_oidc/code`],
    post_logout_redirect_uris: [url, `${url}/`],
    token_endpoint_auth_method: 'client_secret_post',
    scope: 'openid profile email groups offline_access',
    pkce: 'auto',
  }),
  snippets: ({ endpoints, clientId, clientSecret }) => [
    {
      where: 'a shell in the folder of Nextcloud, as the user of the web server',
      format: 'sh',
      lines: [
        'php occ app:install user_oidc || php occ app:enable user_oidc',
        'php occ user_oidc:provider Postern \\',
        `  --clientid=${clientId} \\`,
        `  --clientsecret=${clientSecret} \\`,
        `  --discoveryuri=${endpoints.discovery} \\`,
        "  --scope='openid profile email groups' \\",
        '  --mapping-uid=sub \\',
        '  --mapping-display-name=name \\',
        '  --mapping-email=email \\',
        '  --mapping-groups=groups \\',
        '  --group-provisioning=1',
      ],
    },
  ],
  guide: {
    source: {
      kind: 'manual',
      manual: {
        title: 'OpenID Connect user backend, README',
        url: 'https://github.com/nextcloud/user_oidc',
        version: 'user_oidc 8.7',
      },
    },
    groups:
      'Groups of Postern become groups of Nextcloud with the same names. Members of the group `admin` are administrators there.',
    signOut: ({ url }) =>
      `Signing out of Nextcloud ends the session at Postern. To hear of sign-outs elsewhere, set \`--property backchannel_logout_uri=${url}/index.php/apps/user_oidc/backchannel-logout/Postern\`.`,
    errors: [
      {
        message: 'Could not reach the OpenID Connect provider.',
        cause:
          'Nextcloud can’t reach the issuer. It refuses addresses of a private network unless you allow them.',
        remedy:
          'Open the discovery URL on the machine of Nextcloud. For a private network: `php occ config:system:set allow_local_remote_servers --value=true --type=boolean`.',
      },
      {
        message: 'You must access Nextcloud with HTTPS to use OpenID Connect.',
        cause: 'Nextcloud was opened over http, or does not know that its proxy uses https.',
        remedy: 'Set `overwriteprotocol` to https and `trusted_proxies`.',
      },
    ],
  },
};
