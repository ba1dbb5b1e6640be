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
};
