/**
 * Fields of the engine's payloads that are stored as one letter: stores hold a million refresh tokens, and the names
 * would be most of their size. A field that is not in the table keeps its name. A letter is never given a new meaning.
 */
const fields: readonly (readonly [letter: string, field: string, meaning: string])[] = [
  ['a', 'accountId', 'the account'],
  ['c', 'clientId', 'the client'],
  ['g', 'grantId', 'the grant'],
  ['s', 'scope', 'the granted scopes'],
  ['i', 'iat', 'when it was issued, in seconds since 1970'],
  ['r', 'acr', 'the level of the sign-in'],
  ['m', 'amr', 'the methods of the sign-in'],
  ['t', 'authTime', 'the time of the sign-in, in a record without `iat`; others have `T`'],
  ['l', 'claims', 'the parameter `claims` (OpenID Connect Core §5.5)'],
  ['h', 'codeChallenge', 'PKCE (RFC 7636 §4.2)'],
  ['H', 'codeChallengeMethod', 'PKCE (RFC 7636 §4.3)'],
  ['u', 'redirectUri', 'the redirect URI of the authorization request'],
  ['n', 'nonce', 'the parameter `nonce`'],
  ['e', 'resource', 'the parameter `resource` (RFC 8707)'],
  ['d', 'sid', 'the session id in ID tokens and logout tokens'],
  ['y', 'sessionUid', 'the session, when the token ends with it'],
  ['w', 'expiresWithSession', 'whether the token ends with the session'],
  ['p', 'gty', 'the grant types that led to the token (in letters, see below)'],
  ['o', 'rotations', 'how often the refresh token was rotated'],
  ['I', 'iiat', 'when the first refresh token of the rotations was issued'],
  ['O', 'openid', 'what a grant allows of OpenID Connect'],
  ['R', 'resources', 'what a grant allows of each API'],
  ['J', 'rejected', 'what the person has declined'],
  ['P', 'params', 'the parameters of the authorization request'],
  ['q', 'prompt', 'the step that an interaction is for, with its reasons'],
  ['v', 'returnTo', 'the URL that resumes the request'],
  ['S', 'session', 'the session at the start of an interaction'],
  ['k', 'dpopJkt', 'the DPoP key of an authorization request (RFC 9449 §10)'],
  ['j', 'jkt', 'the DPoP key that a token is bound to (RFC 9449 §6.1)'],
  ['x', 'x5t#S256', 'the certificate that a token is bound to (RFC 8705 §3.1)'],
  ['X', 'extra', 'further claims of an access token'],
  ['A', 'aud', 'the audience'],
  ['f', 'format', 'the format of the token'],
  ['b', 'authTs', 'the real time of the sign-in, where `authTime` is another one; 0: not known'],
];

/** Stored in place of `authTime`: the seconds from the sign-in to `iat`. */
export const secondsSinceSignIn = 'T';

export const letterOfField: Readonly<Record<string, string>> = Object.fromEntries(
  fields.map(([letter, field]) => [field, letter]),
);

export const fieldOfLetter: Readonly<Record<string, string>> = Object.fromEntries(
  fields.map(([letter, field]) => [letter, field]),
);

/** Stored letters of the grant types that nearly every token repeats. Their meaning never changes. */
const grantTypes: readonly (readonly [type: string, letter: string])[] = [
  ['authorization_code', 'C'],
  ['refresh_token', 'R'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'D'],
  ['urn:openid:params:grant-type:ciba', 'B'],
];
export const letterOfGrantType = new Map(grantTypes);
export const grantTypeOfLetter = new Map(grantTypes.map(([type, letter]) => [letter, type]));
