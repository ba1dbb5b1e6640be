import type { Recipe } from './recipe.ts';

/** mod_auth_openidc. It sends a nonce always, and a challenge when the method is named. */
export const apache: Recipe = {
  name: 'apache',
  aliases: ['mod_auth_openidc', 'httpd'],
  title: 'Apache with mod_auth_openidc',
  type: 'web',
  exampleUrl: 'https://www.example.com/private',
  metadata: (url) => ({
    redirect_uris: [`${url}/redirect_uri`],
    post_logout_redirect_uris: [url, `${url}/`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email groups',
    pkce: 'required',
  }),
  snippets: ({ url, endpoints, clientId, clientSecret, randomText }) => [
    {
      where: '/etc/apache2/conf-available/postern.conf',
      format: 'apache',
      lines: [
        `OIDCProviderMetadataURL ${endpoints.discovery}`,
        `OIDCClientID ${clientId}`,
        `OIDCClientSecret ${clientSecret}`,
        `OIDCRedirectURI ${url}/redirect_uri`,
        `OIDCCryptoPassphrase ${randomText()}`,
        'OIDCScope "openid profile email groups"',
        'OIDCPKCEMethod S256',
        'OIDCRemoteUserClaim preferred_username',
        `<Location "${new URL(url).pathname}">`,
        '  AuthType openid-connect',
        '  Require valid-user',
        '</Location>',
      ],
    },
  ],
  notes: ['Enable it with `a2enmod auth_openidc` and `a2enconf postern`, then reload Apache.'],
  guide: {
    source: { kind: 'run', programs: [{ name: 'mod_auth_openidc (Apache)', version: 'Debian 12' }] },
    groups:
      '`Require claim groups:admins` in place of `Require valid-user` lets the members of a group in only.',
    signOut: ({ url }) =>
      `Link to \`${url}/redirect_uri?logout=${encodeURIComponent(`${url}/`)}\`: it ends the session of Apache and the one at Postern. To hear of sign-outs elsewhere, set \`--property backchannel_logout_uri=${url}/redirect_uri?logout=backchannel\`.`,
    errors: [
      {
        message:
          'the URL hostname (…) of the configured OIDCRedirectURI does not match the URL hostname of the URL being accessed (…)',
        cause:
          'The page was opened under another host name than the one of `--url`, so the cookie of the sign-in is missing at the callback.',
        remedy: 'Use one host name, or redirect the others to it.',
      },
    ],
  },
};
