import type { Recipe } from './recipe.ts';

/** It sends a nonce and a challenge, and merges the claims of `/userinfo` into those of the ID token. */
export const vault: Recipe = {
  name: 'vault',
  aliases: ['openbao'],
  title: 'HashiCorp Vault and OpenBao',
  type: 'web',
  exampleUrl: 'https://vault.example.com:8200',
  metadata: (url) => ({
    redirect_uris: [`${url}/ui/vault/auth/oidc/oidc/callback`, 'http://localhost:8250/oidc/callback'],
    grant_types: ['authorization_code'],
    scope: 'openid profile email groups',
    pkce: 'auto',
  }),
  snippets: ({ url, issuer, clientId, clientSecret }) => [
    {
      where: 'a shell in which you are signed in to Vault',
      format: 'sh',
      lines: [
        `export VAULT_ADDR=${url}`,
        'vault auth enable oidc',
        'vault write auth/oidc/config \\',
        `  oidc_discovery_url=${issuer} \\`,
        `  oidc_client_id=${clientId} \\`,
        `  oidc_client_secret=${clientSecret} \\`,
        '  default_role=postern',
        'vault write auth/oidc/role/postern \\',
        '  role_type=oidc \\',
        '  user_claim=preferred_username \\',
        '  oidc_scopes=profile,email,groups \\',
        '  token_policies=default \\',
        `  allowed_redirect_uris=${url}/ui/vault/auth/oidc/oidc/callback \\`,
        '  allowed_redirect_uris=http://localhost:8250/oidc/callback',
      ],
    },
  ],
  guide: {
    source: {
      kind: 'manual',
      manual: {
        title: 'JWT/OIDC auth method',
        url: 'https://developer.hashicorp.com/vault/docs/auth/jwt',
        version: 'Vault 1',
      },
    },
    groups:
      '`groups_claim=groups` on the role makes the groups of a person those of external identity groups with the same names, which give policies.',
    signOut: () =>
      'Vault has no sign-out at Postern. Its own tokens end with their time to live, or by `vault token revoke -self`.',
    errors: [
      {
        message: 'unauthorized redirect_uri: …',
        cause: 'The role does not list the address that the browser or the command line uses.',
        remedy: 'Add it to `allowed_redirect_uris`, and with `--redirect-uri` to the client.',
      },
    ],
  },
};
