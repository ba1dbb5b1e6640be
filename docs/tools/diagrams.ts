/** The diagrams of the documentation. `npm run screenshots` draws them into docs/pictures. */
import type { Diagram } from './diagram.ts';

const signIn: Diagram = {
  title: 'A sign-in',
  actors: ['Browser', 'Application', 'Postern'],
  steps: [
    { from: 0, to: 1, text: 'opens a page' },
    { from: 1, to: 0, text: 'redirect, with challenge' },
    { from: 0, to: 2, text: 'GET /oauth/authorize?code_challenge=…&state=…&nonce=…' },
    { at: 2, text: 'password or passkey' },
    { at: 2, text: 'consent, if needed' },
    { from: 2, to: 0, text: 'redirect, with code and state' },
    { from: 0, to: 1, text: 'GET /callback?code=…' },
    { at: 1, text: 'compares state' },
    { from: 1, to: 2, text: 'POST /oauth/token' },
    { from: 2, to: 1, text: 'ID token, access token' },
    { from: 1, to: 2, text: 'GET /userinfo' },
    { from: 1, to: 0, text: 'the page' },
  ],
};

const exchange: Diagram = {
  title: 'A code exchange',
  actors: ['Application', 'Postern', 'Store'],
  steps: [
    { from: 0, to: 1, text: 'POST /oauth/token, code' },
    { at: 1, text: 'authenticates the client' },
    { from: 1, to: 2, text: 'reads code and grant' },
    { at: 1, text: 'checks PKCE and redirect URI' },
    { at: 1, text: 'signs the tokens' },
    { from: 1, to: 2, text: 'commits all at once' },
    { at: 2, text: 'consumes the code, once' },
    { from: 1, to: 0, text: 'the tokens' },
  ],
};

const rotation: Diagram = {
  title: 'The rotation of a refresh token',
  actors: ['Application', 'Postern', 'Store'],
  steps: [
    { from: 0, to: 1, text: 'refresh token 1' },
    { from: 1, to: 2, text: 'consumes 1, stores 2' },
    { from: 1, to: 0, text: 'refresh token 2 (lost)' },
    { from: 0, to: 1, text: 'refresh token 1 again' },
    { at: 1, text: 'within 10 seconds: a retry' },
    { from: 1, to: 0, text: 'the same refresh token 2' },
    { from: 0, to: 1, text: 'refresh token 1, later' },
    { from: 1, to: 2, text: 'ends the grant' },
    { from: 1, to: 0, text: 'invalid_grant' },
  ],
};

export const diagrams: Readonly<Record<string, Diagram>> = {
  'sign-in': signIn,
  exchange,
  rotation,
};
