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
    '`email_domains` lets every account of this server in.',
    'Add `upstreams` with the address of the application, unless your web server asks /oauth2/auth.',
    'Addresses that are not verified are refused; set `insecure_oidc_allow_unverified_email = true` to accept them.',
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'oauth2-proxy', version: '7.15.6' }] },
    groups:
      '`allowed_groups = ["admins"]` lets the members of a group in only. The groups are passed on in `X-Forwarded-Groups`.',
    signOut: ({ url, endpoints, clientId }) =>
      `Link to \`${url}/oauth2/sign_out?rd=${encodeURIComponent(`${endpoints.endSession}?client_id=${clientId}&post_logout_redirect_uri=${encodeURIComponent(url)}`)}\`, and add the host of Postern to \`whitelist_domains\`.`,
    errors: [
      {
        message: "email in id_token (…) isn't verified",
        cause: 'The e-mail address of the person is not verified.',
        remedy: 'Verify it, or set `insecure_oidc_allow_unverified_email = true`.',
      },
      {
        message: 'Unable to find a valid CSRF token. Please try again.',
        cause:
          'The cookie of the sign-in is missing at the callback: another host name, or a sign-in that took longer than `cookie_csrf_expire`.',
        remedy: 'Use the host of `redirect_url`, and start again.',
      },
    ],
  },
};
