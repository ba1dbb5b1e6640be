import type { Recipe } from './recipe.ts';

/** Its library, Authlib, sends a nonce. `st.user` has the claims of the ID token only. */
export const streamlit: Recipe = {
  name: 'streamlit',
  title: 'Streamlit',
  type: 'web',
  exampleUrl: 'https://app.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oauth2callback`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    id_token_claims: 'all',
    pkce: 'auto',
  }),
  snippets: ({ url, endpoints, clientId, clientSecret, randomText }) => [
    {
      where: '.streamlit/secrets.toml',
      format: 'toml',
      lines: [
        '[auth]',
        `redirect_uri = "${url}/oauth2callback"`,
        `cookie_secret = "${randomText()}"`,
        `client_id = "${clientId}"`,
        `client_secret = "${clientSecret}"`,
        `server_metadata_url = "${endpoints.discovery}"`,
      ],
    },
  ],
  notes: [
    '`pip install "streamlit[auth]"` brings the packages that `st.login()` needs.',
    'Where your code decides by `st.user.email`, let it check `st.user.email_verified` too, or decide by `st.user.sub`.',
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'Streamlit', version: '1.67.0' }] },
    groups:
      'Add `groups` to the scope of the client, and `client_kwargs = { scope = "openid profile email groups" }` to the secrets. `st.user.groups` then has the names, and your code decides what they allow.',
    signOut: () =>
      '`st.logout()` removes the cookie of Streamlit. The session at Postern goes on until the person signs out there.',
    errors: [
      {
        message:
          'To use authentication features, you need to install Authlib>=1.3.2, e.g. via `pip install Authlib`.',
        cause: 'Streamlit does not install Authlib itself.',
        remedy: '`pip install Authlib`',
      },
    ],
  },
};
