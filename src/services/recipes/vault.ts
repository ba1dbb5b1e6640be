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
  notes: [
    '`groups_claim=groups` on the role makes the groups of a person those of an external identity group.',
  ],
};
