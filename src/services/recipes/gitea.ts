import type { Recipe } from './recipe.ts';

/** Its library, goth, sends neither a challenge nor a nonce. */
export const gitea: Recipe = {
  name: 'gitea',
  aliases: ['forgejo'],
  title: 'Gitea and Forgejo',
  type: 'web',
  exampleUrl: 'https://git.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/user/oauth2/postern/callback`],
    post_logout_redirect_uris: [url, `${url}/`],
    scope: 'openid profile email groups offline_access',
    pkce: 'exempt',
  }),
  snippets: ({ endpoints, clientId, clientSecret }) => [
    {
      where: 'a shell, as the user that runs the server (with Forgejo: forgejo instead of gitea)',
      format: 'sh',
      lines: [
        'gitea admin auth add-oauth \\',
        '  --name postern \\',
        '  --provider openidConnect \\',
        `  --auto-discover-url ${endpoints.discovery} \\`,
        `  --key ${clientId} \\`,
        `  --secret ${clientSecret} \\`,
        '  --scopes openid --scopes profile --scopes email --scopes groups \\',
        '  --group-claim-name groups',
      ],
    },
    {
      where: 'app.ini',
      format: 'ini',
      lines: [
        '[oauth2_client]',
        'ENABLE_AUTO_REGISTRATION = true',
        'OPENID_CONNECT_SCOPES = profile email groups',
        'USERNAME = nickname',
      ],
    },
  ],
  notes: ['`--admin-group admins` makes the members of a group administrators.'],
};
