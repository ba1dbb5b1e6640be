import type { Recipe } from './recipe.ts';

export const oauth2Proxy: Recipe = {
  name: 'oauth2-proxy',
  title: 'oauth2-proxy',
  type: 'web',
  exampleUrl: 'https://app.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oauth2/callback`],
    post_logout_redirect_uris: [url, `${url}/`],
    scope: 'openid profile email groups offline_access',
    pkce: 'required',
  }),
  snippets: ({ url, issuer, clientId, clientSecret, randomText }) => [
    {
      where: 'oauth2-proxy.cfg',
      format: 'toml',
      lines: [
        'provider = "oidc"',
        'provider_display_name = "Postern"',
        `oidc_issuer_url = "${issuer}"`,
        `client_id = "${clientId}"`,
        `client_secret = "${clientSecret}"`,
        `redirect_url = "${url}/oauth2/callback"`,
        'scope = "openid profile email groups"',
        'code_challenge_method = "S256"',
        `cookie_secret = "${randomText()}"`,
        `cookie_secure = ${url.startsWith('https:')}`,
        'email_domains = ["*"]',
      ],
    },
  ],
  notes: [
    '`email_domains` lets every account of this server in. `allowed_groups = ["admins"]` lets members of a group in only.',
    'Add `upstreams` with the address of the application, unless your web server asks /oauth2/auth.',
    'Addresses that are not verified are refused; set `insecure_oidc_allow_unverified_email = true` to accept them.',
  ],
};
