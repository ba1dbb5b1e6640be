/** Every text of the playground. It is for developers, so it is in English only. */
const tabs = {
  code: {
    label: 'Code + PKCE',
    lead: 'How a web application signs a user in, from discovery to logout.',
  },
  credentials: {
    label: 'Client credentials',
    lead: 'How a program calls an API on its own behalf, without a user.',
  },
  device: {
    label: 'Device',
    lead: 'How a TV or a command line signs a user in with the help of a phone or another window.',
  },
  refresh: {
    label: 'Refresh',
    lead: 'How an application stays signed in, and what happens to a stolen refresh token.',
  },
  dpop: {
    label: 'DPoP',
    lead: 'How a token is bound to a key, so that a thief can’t use it.',
  },
  json: {
    label: 'JSON token endpoint',
    lead: 'How an issuer-style service redeems a code by sending only the code, as JSON.',
  },
} as const;

export type TabName = keyof typeof tabs;

const steps = {
  discovery: {
    title: 'Ask the server what it can do',
    why: 'A client needs one address, the issuer. The metadata document below it lists everything else (OpenID Connect Discovery, RFC 8414), so endpoints can move without a change to any client.',
    button: 'Fetch the metadata',
  },
  prepare: {
    title: 'Create a verifier, a state and a nonce',
    why: 'The verifier stays with the client; only its digest, the challenge, is sent. An attacker who intercepts the code doesn’t have the verifier and can’t redeem it (PKCE, RFC 7636). The state ties the response to this browser, and the nonce ties the ID token to this request.',
    button: 'Create them',
  },
  prepareBare: {
    title: 'Create a state',
    why: 'A service of this style sends no challenge, so only the state ties the response to this browser. Only a public client that the operator has marked may do this.',
    button: 'Create it',
  },
  authorize: {
    title: 'Send the user to the server',
    why: 'The client sends the browser to the authorization endpoint. The user enters the password there, so the client never sees it.',
    button: '',
  },
  callback: {
    title: 'Callback',
    why: 'The browser came back to the redirect URI with a code. Before the client uses the code, it compares the state with its own and iss with the server that it asked (RFC 9207).',
    button: '',
  },
  token: {
    title: 'Redeem the code',
    why: 'The client sends the code, the verifier and its secret, from server to server. The code that passed through the browser is worthless without them.',
    button: 'Redeem the code',
  },
  tokenDpop: {
    title: 'Redeem the code with a proof',
    why: 'A small JWT, signed with the key, names this method and this URL (RFC 9449). The response says token_type DPoP: the token is bound to the key.',
    button: 'Redeem the code',
  },
  tokenJson: {
    title: 'Redeem the code as JSON',
    why: 'You send one member and get one token, with status 201. It is the same redemption as at the token endpoint: a code that is used here is used there too.',
    button: 'Redeem the code',
  },
  credentials: {
    title: 'Request a token',
    why: 'The client authenticates, names the API that it wants to call (RFC 8707), and gets a token for that API (RFC 6749 §4.4). There is no user, so there is no ID token and no refresh token.',
    button: 'Request a token',
  },
  decode: {
    title: 'Read the tokens',
    why: 'An access token is for the API, an ID token is for the client. Both are signed. The server publishes the keys, and clients and APIs fetch them once.',
    button: 'Fetch the keys and verify',
  },
  userinfo: {
    title: 'Ask who the user is',
    why: 'Personal claims aren’t in the ID token. The client gets them here, as far as the scopes that the user allowed cover them (OpenID Connect Core §5.3).',
    button: 'Ask userinfo',
  },
  userinfoDpop: {
    title: 'Use the token with a proof',
    why: 'Each request carries a new proof that contains the digest of the token. A thief who has the token doesn’t have the key.',
    button: 'Ask userinfo',
  },
  refresh: {
    title: 'Renew the tokens',
    why: 'A refresh token works once, and each use returns its successor (rotation, RFC 9700 §4.14). If an old one is used again, someone else may have it, so the server revokes all tokens of this sign-in.',
    button: 'Use the refresh token',
  },
  introspect: {
    title: 'Ask whether the token is valid',
    why: 'An API that must know about a revocation at once, or that receives opaque tokens, asks the server (RFC 7662). The server answers only the client that the token was issued to and the API that it is for.',
    button: 'Introspect the access token',
  },
  revoke: {
    title: 'Revoke',
    why: 'A client revokes tokens that it no longer needs (RFC 7009). Revoking the refresh token ends the whole grant.',
    button: 'Revoke',
  },
  signOut: {
    title: 'Sign out',
    why: 'Revoking tokens doesn’t end the session at the server. Logout does: the ID token says who asks, and the browser returns to a registered address (RP-Initiated Logout).',
    button: '',
  },
  device: {
    title: 'Request a code',
    why: 'The device requests two codes: a long one for itself and a short one for the user (RFC 8628).',
    button: 'Request the codes',
  },
  poll: {
    title: 'Show the code, and wait',
    why: 'The user opens the address on another device, compares the code and approves. Meanwhile the device polls the token endpoint every few seconds.',
    button: 'Poll now, as the device does',
  },
  key: {
    title: 'Create a key',
    why: 'The client creates the key and never sends it. The authorization request carries its thumbprint, so that the code is bound to it as well (RFC 9449 §10).',
    button: 'Create a key',
  },
} as const;

export type StepName = keyof typeof steps;

const attacks = {
  badRedirect: {
    button: 'Use another redirect URI',
    explanation:
      'Redirect URIs must match exactly. The server shows an error page and doesn’t redirect to an address that isn’t registered.',
  },
  wrongVerifier: {
    button: 'Redeem with a wrong verifier',
    explanation:
      'This is what an attacker who intercepted the code gets. The code isn’t used up: the right verifier still works.',
  },
  usedCode: {
    button: 'Redeem the code again',
    explanation:
      'A code works once. A second use means that someone else may have it, so the tokens of the first use have been revoked too.',
  },
  anotherCode: {
    button: 'Start again with another code',
    explanation: '',
  },
  wrongSecret: {
    button: 'Use a wrong secret',
    explanation: 'The response is the same for an unknown client and for a wrong secret.',
  },
  reuse: {
    button: 'Use the old refresh token again',
    explanation: '',
  },
  revoked: {
    button: 'Use the revoked token',
    explanation: 'A revoked token is refused, although its signature is valid and it hasn’t expired.',
  },
  withoutProof: {
    button: 'Use the token without a proof',
    explanation: 'Without the key, a stolen token is useless.',
  },
  proofTwice: {
    button: 'Send the same proof twice',
    explanation: 'A proof works once: the server remembers its jti until it expires.',
  },
  anotherDevice: {
    button: 'Start again with another code',
    explanation: '',
  },
} as const;

export type AttackName = keyof typeof attacks;

const notes = {
  codeIsShort:
    'A code lives for a minute at most. If you take longer, the next step shows you what an expired code looks like.',
  refused:
    'No code came back. The error says why. The client shows it to the user and offers to start again.',
  retryWindow:
    'The same successor came back: for a few seconds this counts as a retry by a client that missed the response. Wait ten seconds, then try the old one again.',
  reuseFound:
    'The server noticed that the old token was used twice and revoked all tokens of this sign-in. You can check this below.',
  pending: 'The user hasn’t approved it yet.',
  slowDown: 'Too fast: from now on the device has to wait five seconds longer between two polls.',
  signedOut: 'The session at the server has ended, and the browser came back to a registered address.',
} as const;

export type NoteName = keyof typeof notes;

const meanings: Readonly<Record<string, string>> = {
  access_token: 'For the API. The client passes it on without reading it.',
  acr: 'The strength of the sign-in.',
  active: 'Whether the token is valid right now.',
  alg: 'The algorithm of the signature.',
  amr: 'How the user authenticated: pwd is a password.',
  at_hash: 'Digest of the access token issued together with it, so that neither can be swapped.',
  aud: 'Who the token is for. All others must refuse it.',
  auth_time: 'When the user signed in.',
  authorization_endpoint: 'Where users are sent to sign in.',
  client_id: 'The client’s identifier. It isn’t a secret.',
  cnf: 'The key that the token is bound to (RFC 7800).',
  code: 'Represents what the user allowed. It can be redeemed once, within a minute.',
  code_challenge: 'SHA-256 of the verifier, sent with the request.',
  code_challenge_method: 'S256, the only method that this server accepts.',
  code_verifier: 'Random. Stays with the client until the code is redeemed.',
  device_authorization_endpoint: 'Where devices request their codes.',
  dpop_jkt: 'Thumbprint of the key that the code is bound to.',
  end_session_endpoint: 'Where users are sent to sign out.',
  exp: 'When it expires.',
  grant_type: 'What the client exchanges for tokens.',
  iat: 'When it was issued.',
  introspection_endpoint: 'Where APIs ask whether a token is valid.',
  iss: 'Who issued it. It must match the issuer exactly.',
  jti: 'Its unique identifier.',
  jwk: 'The public half of the key.',
  jwks_uri: 'Where the public keys are.',
  kid: 'Which published key verifies it.',
  nbf: 'Not valid before this time.',
  nonce: 'Comes back in the ID token, which ties it to this request.',
  redirect_uri: 'Where the response is sent. It must be registered.',
  response_type: 'code: the browser gets a code, and the client exchanges it for tokens.',
  revocation_endpoint: 'Where tokens are revoked.',
  scope: 'What the client requests: openid makes it a sign-in, the others are claims or permissions.',
  sid: 'The session at the server.',
  state: 'Comes back unchanged, which ties the response to this browser.',
  sub: 'Who the user is. It never changes and is never reused.',
  token_endpoint: 'Where codes are redeemed.',
  typ: 'The kind of token: at+jwt is an access token (RFC 9068).',
  userinfo_endpoint: 'Where personal claims are.',
};

const checks = {
  signature: 'signed by a published key',
  issuer: 'from this issuer',
  audience: 'for this client',
  lifetime: 'not expired',
  nonce: 'for this request (nonce)',
  at_hash: 'belongs to the access token (at_hash)',
  type: 'an access token (typ)',
} as const;

export const words = {
  title: 'Playground',
  lead: 'A real client of this server, step by step. Each request goes over HTTP and is shown as it was sent; nothing is simulated.',
  onlyHere: 'It exists in development mode only, on this machine only.',
  tabsLabel: 'What to try',
  tabs,
  steps,
  attacks,
  attacksHeading: 'Try to break it',
  notes,
  meanings,
  checks,
  done: 'Done',
  lookAgain: 'Show it again',
  request: 'Request',
  answer: 'Response',
  curl: 'The same with curl',
  go: { signIn: 'Sign in at the server', approve: 'Approve it in another window' },
  signOut: 'Sign out at the server',
  restart: 'Start this tab again',
  person:
    'Sign in as demo with the password that the server printed when it first started. To get a new password, run:',
  header: 'Header',
  claims: 'Claims',
  token: { access_token: 'Access token', id_token: 'ID token' },
  opaque: 'This token is opaque: only the server can read it.',
  good: 'Valid',
  bad: 'Invalid',
  qr: (code: string): string => `QR code for the address with the code ${code}`,
} as const;
