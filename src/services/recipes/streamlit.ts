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
  notes: ['Streamlit needs the package Authlib for `st.login()`.'],
};
