import type { KnownError } from '../../src/services/recipes/recipe.ts';

/** What Postern answers to a client that is set up wrongly. test/docs/client-pages.test.ts causes each of them. */
export const errorsOfPostern = {
  redirectUri: {
    message: "redirect_uri did not match any of the client's registered redirect_uris",
    cause: 'The application sends another address than the registered one. The page shows both.',
    remedy:
      'Correct the address in the application, or register the other one: `postern client update ID --redirect-uri URI`.',
  },
  challenge: {
    message:
      'PKCE is missing: send code_challenge with code_challenge_method=S256; this client is configured to need it',
    cause: 'PKCE is off in the application, and the recipe turns it on.',
    remedy: 'Turn it on as the page of the application shows, or run `postern client update ID --pkce auto`.',
  },
  challengeOrNonce: {
    message:
      'PKCE is missing: send code_challenge with code_challenge_method=S256, or a nonce with the scope openid; the operator can set pkce: exempt for this client',
    cause: 'The application sends neither a code challenge nor a nonce.',
    remedy: 'Turn one of them on. If it can send neither, run `postern client update ID --pkce exempt`.',
  },
  scope: {
    message: 'requested scope is not allowed',
    cause: 'The application requests a scope that its client doesn’t have, such as `groups`.',
    remedy: 'Add it: `postern client update ID --scope "openid profile email groups"`.',
  },
  unknownClient: {
    message: 'client is invalid',
    cause: 'The client id is mistyped, or the client is in another store. The page shows the closest id.',
    remedy: 'Compare it with `postern client list`.',
  },
  secret: {
    message: 'client authentication failed',
    cause: 'The secret is wrong or was rotated.',
    remedy: '`postern client rotate-secret ID` shows a new one.',
  },
} as const satisfies Readonly<Record<string, KnownError>>;
