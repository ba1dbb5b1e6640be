/** Every text of the playground: English, for developers. */
const tabs = {
  code: {
    label: 'Code + PKCE',
    lead: 'How a web application signs a person in: the whole way, from discovery to logout.',
  },
  credentials: {
    label: 'Client credentials',
    lead: 'How a program calls an API in its own name, with nobody at the keyboard.',
  },
  device: {
    label: 'Device',
    lead: 'How a television or a command line signs a person in, by a telephone or another window.',
  },
  refresh: {
    label: 'Refresh',
    lead: 'How an application stays signed in, and what happens to a refresh token that was stolen.',
  },
  dpop: {
    label: 'DPoP',
    lead: 'How a token is bound to a key, so that whoever steals it can do nothing with it.',
  },
  json: {
    label: 'JSON door',
    lead: 'How an issuer-style service redeems a code, and nothing but the code, as JSON.',
  },
} as const;

export type TabName = keyof typeof tabs;

const steps = {
  discovery: {
    title: 'Ask the server what it can do',
    why: 'A client needs one address, the issuer. Everything else stands in a document below it (OpenID Connect Discovery, RFC 8414), so endpoints can move without a change to any client.',
    button: 'Fetch the metadata',
  },
  prepare: {
    title: 'Make a verifier, a state and a nonce',
    why: 'The verifier stays with the client; only its digest, the challenge, goes with the request. Whoever intercepts the code lacks the verifier and can not redeem it (PKCE, RFC 7636). The state ties the answer to this browser, the nonce ties the id token to this request.',
    button: 'Make them',
  },
  prepareBare: {
    title: 'Make a state',
    why: 'A service of this style sends no challenge, so the state is all that ties the answer to this browser. Only a public client that the operator has marked may do so.',
    button: 'Make it',
  },
  authorize: {
    title: 'Send the person to the server',
    why: 'The client sends the browser to the authorization endpoint. The password is typed there and nowhere else: the client never sees it.',
    button: '',
  },
  callback: {
    title: 'Take the answer',
    why: 'The browser came back to the redirect URI with a code. The client compares the state with its own, and iss with the server that it asked (RFC 9207), before it does anything with the code.',
    button: '',
  },
  token: {
    title: 'Redeem the code',
    why: 'From server to server: the code, the verifier, and the secret of the client. What passed through the browser was worth nothing by itself.',
    button: 'Redeem the code',
  },
  tokenDpop: {
    title: 'Redeem the code with a proof',
    why: 'A small JWT, signed with the key, names this method and this address (RFC 9449). The answer says token_type DPoP: the token is bound to the key.',
    button: 'Redeem the code',
  },
  tokenJson: {
    title: 'Redeem the code as JSON',
    why: 'One member in, one token out, 201. It is the same redemption as at the token endpoint: a code spent here is spent there as well.',
    button: 'Redeem the code',
  },
  credentials: {
    title: 'Ask for a token',
    why: 'The client proves who it is, names the API that the token is for (RFC 8707), and gets a token for that one (RFC 6749 §4.4). There is no person, so there is no id token and no refresh token.',
    button: 'Ask for a token',
  },
  decode: {
    title: 'Read the tokens',
    why: 'An access token is for the API, an id token is for the client. Both are signed; the keys to verify them with are published, and a client or an API fetches them once.',
    button: 'Fetch the keys and verify',
  },
  userinfo: {
    title: 'Ask who it is',
    why: 'Personal claims are not in the id token but here, by the scopes that the person allowed (OpenID Connect Core §5.3).',
    button: 'Ask userinfo',
  },
  userinfoDpop: {
    title: 'Use the token with a proof',
    why: 'Each request carries a new proof, with the digest of the token in it. A stolen token comes without the key.',
    button: 'Ask userinfo',
  },
  refresh: {
    title: 'Renew the tokens',
    why: 'A refresh token works once: each use brings its successor (rotation, RFC 9700 §4.14). When an old one turns up again, two parties hold the family, and the server ends all of it.',
    button: 'Use the refresh token',
  },
  introspect: {
    title: 'Ask whether the token is good',
    why: 'An API that must know at once, or that gets opaque tokens, asks the server (RFC 7662). Only the client that a token was issued to, or the API that it is for, gets an answer.',
    button: 'Introspect the access token',
  },
  revoke: {
    title: 'Give the tokens back',
    why: 'A client that needs its tokens no longer revokes them (RFC 7009). With the refresh token goes the whole grant.',
    button: 'Revoke',
  },
  signOut: {
    title: 'Sign out',
    why: 'Revoking tokens leaves the session at the server as it was. Logout ends that one: the id token says who asks, and the address to come back to is one that was registered (RP-Initiated Logout).',
    button: '',
  },
  device: {
    title: 'Ask for a code to show',
    why: 'The device asks for a pair: a long code for itself, a short one for the person (RFC 8628).',
    button: 'Ask for the codes',
  },
  poll: {
    title: 'Show the code, and wait',
    why: 'The person opens the address on something with a keyboard, compares the code and approves. Meanwhile the device asks the token endpoint every few seconds.',
    button: 'Ask now, as the device does',
  },
  key: {
    title: 'Make a key',
    why: 'The key is made by the client and never leaves it. Its thumbprint goes with the authorization request, so that even the code is bound to it (RFC 9449 §10).',
    button: 'Make a key',
  },
} as const;

export type StepName = keyof typeof steps;

const attacks = {
  badRedirect: {
    button: 'Ask for another redirect URI',
    explanation:
      'Redirect URIs are compared letter by letter. The server answers by itself and sends nobody to an address that was not registered.',
  },
  wrongVerifier: {
    button: 'Redeem with a wrong verifier',
    explanation:
      'This is what a thief gets who caught the code on its way. The code is not spent by it: the right verifier still works.',
  },
  usedCode: {
    button: 'Redeem the code once more',
    explanation:
      'A code works once. The second use means that somebody else may have it, so the tokens of the first use have ended as well.',
  },
  anotherCode: {
    button: 'Start again with another code',
    explanation: '',
  },
  wrongSecret: {
    button: 'Use a wrong secret',
    explanation: 'The answer is the same for an unknown client and for a wrong secret.',
  },
  reuse: {
    button: 'Use the old refresh token again',
    explanation: '',
  },
  revoked: {
    button: 'Use the revoked token',
    explanation:
      'A token that was given back is refused, although its signature is good and its time has not come.',
  },
  withoutProof: {
    button: 'Use the token without a proof',
    explanation: 'To whoever steals the token it is worth nothing.',
  },
  proofTwice: {
    button: 'Send the same proof twice',
    explanation: 'A proof works once: the server remembers its jti for as long as it would be accepted.',
  },
  anotherDevice: {
    button: 'Start again with another code',
    explanation: '',
  },
} as const;

export type AttackName = keyof typeof attacks;

const notes = {
  codeIsShort:
    'A code lives for a minute at most. Take longer to read than that, and the next step teaches what an expired one looks like.',
  refused:
    'No code came back. The error says why; the client shows that to the person and offers to start again.',
  retryWindow:
    'The same successor came back: for a few seconds this counts as a retry by a client that missed the answer. Wait ten seconds, and try the old one again.',
  reuseFound:
    'The old one was found to be used twice. All tokens of this sign-in have ended: see for yourself below.',
  pending: 'Nobody has approved it yet.',
  slowDown: 'Too fast: the device has to wait five seconds longer between two questions from now on.',
  signedOut:
    'The session at the server has ended, and the browser came back to an address that was registered.',
} as const;

export type NoteName = keyof typeof notes;

const meanings: Readonly<Record<string, string>> = {
  access_token: 'For the API. The client passes it on and does not look into it.',
  acr: 'How strong the sign-in was.',
  active: 'Whether the token is good at this moment.',
  alg: 'The algorithm of the signature.',
  amr: 'By what means the person proved who they are: pwd is a password.',
  at_hash: 'Digest of the access token that came along: neither can be exchanged for another.',
  aud: 'Who the token is for. Anybody else refuses it.',
  auth_time: 'When the person signed in.',
  authorization_endpoint: 'Where people are sent.',
  client_id: 'Which client it is. Not a secret.',
  cnf: 'The key that the token is bound to (RFC 7800).',
  code: 'Stands for what the person allowed. Redeemed once, within a minute.',
  code_challenge: 'SHA-256 of the verifier: goes with the request.',
  code_challenge_method: 'S256, the only one that this server takes.',
  code_verifier: 'Random. Stays with the client until the code is redeemed.',
  device_authorization_endpoint: 'Where devices ask for their codes.',
  dpop_jkt: 'Thumbprint of the key that the code shall be bound to.',
  end_session_endpoint: 'Where people are sent to sign out.',
  exp: 'When it ends.',
  grant_type: 'What is offered in exchange for tokens.',
  iat: 'When it was made.',
  introspection_endpoint: 'Where tokens are asked about.',
  iss: 'Who made it: compared with the issuer, letter by letter.',
  jti: 'Its own name, so that it can be told from others and revoked.',
  jwk: 'The open half of the key.',
  jwks_uri: 'Where the keys are.',
  kid: 'Which of the published keys verifies it.',
  nbf: 'Not good before.',
  nonce: 'Comes back inside the id token, which is thereby an answer to this request.',
  redirect_uri: 'Where the answer goes: one that was registered.',
  response_type: 'code: a code now, tokens later, and not through the browser.',
  revocation_endpoint: 'Where tokens are given back.',
  scope: 'What is asked for: openid makes it a sign-in, the others are claims or rights.',
  sid: 'The session at the server.',
  state: 'Comes back as it was: the answer belongs to this browser.',
  sub: 'Who it is: never changes, never given to anybody else.',
  token_endpoint: 'Where codes are redeemed.',
  typ: 'What kind of token: at+jwt is an access token (RFC 9068).',
  userinfo_endpoint: 'Where personal claims are.',
};

const checks = {
  signature: 'signed by a published key',
  issuer: 'from this issuer',
  audience: 'for this client',
  lifetime: 'not ended',
  nonce: 'an answer to this request (nonce)',
  at_hash: 'belongs to the access token (at_hash)',
  type: 'an access token by its type',
} as const;

export const words = {
  title: 'Playground',
  lead: 'A real client of this server, step by step. Each request goes over HTTP and is shown as it was; nothing is simulated.',
  onlyHere: 'Only in development, and only on this machine.',
  tabsLabel: 'What to try',
  tabs,
  steps,
  breaks: attacks,
  notes,
  meanings,
  checks,
  done: 'Done',
  lookAgain: 'Look at it again',
  request: 'Request',
  answer: 'Answer',
  curl: 'The same with curl',
  go: { signIn: 'Sign in at the server', approve: 'Approve it in another window' },
  signOut: 'Sign out at the server',
  restart: 'Start this tab again',
  person: 'Sign in as demo, with the password that was printed when the server first started. A new one:',
  personCommand: 'npx postern account reset-password demo',
  header: 'Header',
  claims: 'Claims',
  token: { access_token: 'Access token', id_token: 'Id token' },
  opaque: 'This one is opaque: a reference that only the server understands.',
  good: 'Good',
  bad: 'Not good',
  qr: (code: string): string => `QR code of the address, with the code ${code}`,
} as const;
