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
  notes: [
    'Leave `ACCOUNT_LINKING` of `[oauth2_client]` at `login`: with `auto`, an existing account is found by its user name or by an address that may not be verified.',
  ],
  guide: {
    source: {
      kind: 'library',
      programs: [{ name: 'goth (Gitea, Forgejo)', version: '1.82.0' }],
      manual: {
        title: 'Gitea Command Line, “admin auth add-oauth”',
        url: 'https://docs.gitea.com/administration/command-line',
        version: 'Gitea 1.22',
      },
    },
    groups:
      '`--admin-group admins` makes the members of a group administrators. `--required-claim-name groups --required-claim-value staff` lets the members of a group in only.',
    signOut: () =>
      'Gitea ends its own session only. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message: "Failed to initialize OpenID Connect Provider with name 'postern' with url '…'",
        cause: 'Gitea can’t reach the issuer, or does not trust its certificate.',
        remedy: 'Open the URL of the message on the machine of Gitea.',
      },
    ],
  },
};
