// Signs people in by authorization code and PKCE, and out again. Copy this file into your own application.
import { Router } from 'express';
import * as oidc from 'openid-client';

export const createSignIn = async ({ issuer, clientId, clientSecret, home }) => {
  const redirect_uri = new URL('/callback', home).href;
  // Plain http is for development on one machine. A server behind https needs no such option.
  const options = issuer.startsWith('http:') ? { execute: [oidc.allowInsecureRequests] } : {};
  const server = await oidc.discovery(
    new URL(issuer),
    clientId,
    undefined,
    oidc.ClientSecretBasic(clientSecret),
    options,
  );
  const routes = Router();

  /** Sends the browser to the sign-in, and remembers where it wanted to go. */
  const required = async (request, response, next) => {
    if (request.session.person) return next();
    const verifier = oidc.randomPKCECodeVerifier();
    const expected = { state: oidc.randomState(), nonce: oidc.randomNonce() };
    request.session.pending = { verifier, ...expected, returnTo: request.originalUrl };
    const url = oidc.buildAuthorizationUrl(server, {
      redirect_uri,
      scope: 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...expected,
    });
    response.redirect(303, url.href);
  };

  routes.get('/callback', async (request, response) => {
    const { verifier, state, nonce, returnTo } = request.session.pending ?? {};
    // This browser didn't begin the sign-in.
    if (!state) return response.redirect(303, '/');
    if (request.query.error === 'access_denied') return response.redirect(303, '/');
    const tokens = await oidc.authorizationCodeGrant(server, new URL(request.originalUrl, home), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
    const person = await oidc.fetchUserInfo(server, tokens.access_token, tokens.claims().sub);
    // A new session id after the sign-in defeats session fixation.
    await new Promise((done, failed) =>
      request.session.regenerate((error) => (error ? failed(error) : done())),
    );
    Object.assign(request.session, { person, idToken: tokens.id_token });
    response.redirect(303, returnTo);
  });

  routes.get('/logout', (request, response) => {
    const { idToken } = request.session;
    if (!idToken) return response.redirect(303, '/');
    const url = oidc.buildEndSessionUrl(server, {
      id_token_hint: idToken,
      post_logout_redirect_uri: home,
    });
    request.session.destroy(() => response.redirect(303, url.href));
  });

  return { routes, required };
};
