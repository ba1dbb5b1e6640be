import type { Recipe } from './recipe.ts';

/** Its library, python-social-auth, sends a nonce. */
export const netbox: Recipe = {
  name: 'netbox',
  title: 'NetBox',
  type: 'web',
  exampleUrl: 'https://netbox.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oauth/complete/oidc/`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    pkce: 'auto',
  }),
  snippets: ({ issuer, clientId, clientSecret }) => [
    {
      where: 'configuration.py',
      format: 'python',
      lines: [
        'REMOTE_AUTH_ENABLED = True',
        'REMOTE_AUTH_AUTO_CREATE_USER = True',
        'REMOTE_AUTH_BACKEND = "social_core.backends.open_id_connect.OpenIdConnectAuth"',
        `SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = "${issuer}"`,
        `SOCIAL_AUTH_OIDC_KEY = "${clientId}"`,
        `SOCIAL_AUTH_OIDC_SECRET = "${clientSecret}"`,
        'SOCIAL_AUTH_OIDC_SCOPE = ["openid", "profile", "email"]',
      ],
    },
  ],
  notes: [
    'Leave `associate_by_email` out of a `SOCIAL_AUTH_PIPELINE` of your own: it finds users by an address that may not be verified.',
  ],
  guide: {
    source: {
      kind: 'library',
      programs: [{ name: 'python-social-auth (Django)', version: '8.0.0' }],
      manual: {
        title: 'Authentication',
        url: 'https://netboxlabs.com/docs/netbox/administration/authentication/overview',
        version: 'NetBox 4.7',
      },
    },
    groups:
      'The manual names no setting for it. New people get `REMOTE_AUTH_DEFAULT_GROUPS`; a step of your own in `SOCIAL_AUTH_PIPELINE` can read the claim `groups`, with the scope added to the client and to `SOCIAL_AUTH_OIDC_SCOPE`.',
    signOut: () =>
      'NetBox ends its own session only. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message: 'Session value state missing.',
        cause:
          'The session cookie of NetBox is missing at the callback: the sign-in began under another host name.',
        remedy: 'Use the address of `--url` in the browser.',
      },
    ],
  },
};
