import type { Recipe } from './recipe.ts';

/**
 * An application that is written with a library of OpenID Connect. Some libraries read the ID token only, and some send
 * a nonce but no challenge.
 */
export const library: Recipe = {
  name: 'library',
  aliases: ['go-oidc', 'nimbus', 'openidconnect-rs', 'pyoidc', 'idpyoidc'],
  title: 'OpenID Connect library',
  type: 'web',
  exampleUrl: 'https://app.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email offline_access',
    id_token_claims: 'all',
    pkce: 'auto',
  }),
  snippets: ({ issuer, clientId, clientSecret, redirectUri }) => [
    {
      where: 'its environment',
      format: 'env',
      lines: [
        `OIDC_ISSUER=${issuer}`,
        `OIDC_CLIENT_ID=${clientId}`,
        `OIDC_CLIENT_SECRET=${clientSecret}`,
        `OIDC_REDIRECT_URI=${redirectUri}`,
      ],
    },
  ],
  notes: [
    'The library finds the endpoints and keys by the issuer. It authenticates with `client_secret_basic`, and ID tokens are signed with RS256: the defaults of OpenID Connect.',
    'Request the scopes `openid profile email`, and send a code challenge (S256) or at least a nonce.',
    'Another redirect URI: `--redirect-uri`.',
    'Find people by `sub`. An address counts only while `email_verified` is true: people type it themselves.',
  ],
  guide: {
    source: {
      kind: 'run',
      programs: [
        { name: 'go-oidc', version: '3.21.0' },
        { name: 'Nimbus OAuth 2.0 SDK', version: '11.30' },
        { name: 'openidconnect (Rust)', version: '4.1.0' },
        { name: 'pyoidc', version: '1.7.0' },
        { name: 'idpyoidc', version: '5.0.0' },
      ],
    },
    groups:
      'Add `groups` to the scope of the client (`--scope "openid profile email groups"`) and to the request. The claim `groups` then has the names, and your code decides what they allow.',
    signOut: ({ endpoints, clientId }) =>
      `Your code ends its own session, and sends the browser to ${endpoints.endSession}?client_id=${clientId}&post_logout_redirect_uri=… with an address that you register with \`--post-logout-redirect-uri\`.`,
    errors: [
      {
        message:
          'oidc: issuer URL provided to client (…) did not match the issuer URL returned by provider (…)',
        cause:
          'The application has another issuer than the discovery document: a slash at the end is enough, or http in place of https.',
        remedy: 'Copy OIDC_ISSUER as it was printed.',
      },
    ],
  },
};
