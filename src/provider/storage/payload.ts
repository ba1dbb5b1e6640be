import type { AdapterPayload } from 'oidc-provider';

/**
 * Payloads of the engine as text: known names shortened, what the key and the lifetime already say left out.
 * The first character is the version; a reader knows its own and the one before.
 */
const version = '1';

const shortNames: Readonly<Record<string, string>> = {
  accountId: 'a',
  clientId: 'c',
  grantId: 'g',
  scope: 's',
  iat: 'i',
  acr: 'r',
  amr: 'm',
  authTime: 't',
  claims: 'l',
  codeChallenge: 'h',
  codeChallengeMethod: 'H',
  redirectUri: 'u',
  nonce: 'n',
  resource: 'e',
  sid: 'd',
  sessionUid: 'y',
  expiresWithSession: 'w',
  gty: 'p',
  rotations: 'o',
  iiat: 'I',
  openid: 'O',
  resources: 'R',
  rejected: 'J',
  params: 'P',
  prompt: 'q',
  returnTo: 'v',
  session: 'S',
  dpopJkt: 'k',
  jkt: 'j',
  'x5t#S256': 'x',
  extra: 'X',
  aud: 'A',
  format: 'f',
};

const fullNames = Object.fromEntries(Object.entries(shortNames).map(([name, letter]) => [letter, name]));

const impliedFields = new Set(['jti', 'kind', 'exp', 'consumed']);

/** Of the grant types that a token went through, those that nearly every token repeats. */
const grantTypeLetters: readonly (readonly [type: string, letter: string])[] = [
  ['authorization_code', 'C'],
  ['refresh_token', 'R'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'D'],
  ['urn:openid:params:grant-type:ciba', 'B'],
];
const letterOfGrantType = new Map(grantTypeLetters);
const grantTypeOfLetter = new Map(grantTypeLetters.map(([type, letter]) => [letter, type]));

/** A word that reads like a letter is marked, so that any grant type comes back as it was. */
const shortenGrantTypes = (types: string): string =>
  types
    .split(' ')
    .map((type) => {
      const isAmbiguous = grantTypeOfLetter.has(type) || type.startsWith('~');
      return letterOfGrantType.get(type) ?? (isAmbiguous ? `~${type}` : type);
    })
    .join(' ');

const expandGrantTypes = (types: string): string =>
  types
    .split(' ')
    .map((type) => grantTypeOfLetter.get(type) ?? (type.startsWith('~') ? type.slice(1) : type))
    .join(' ');

/** What is nearly always the same, or told by something beside it, in fewer letters. */
const compactValue = (name: string, value: unknown, { iat, expiresWithSession }: AdapterPayload): unknown => {
  switch (name) {
    case 'gty':
      return typeof value === 'string' ? shortenGrantTypes(value) : value;
    case 'iiat':
      // The first of its line: the engine takes the time of issue for it.
      return value === iat ? undefined : value;
    case 'sessionUid':
      // The engine looks for the session of nothing else.
      return expiresWithSession ? value : undefined;
    case 'rotations':
      return value === 0 ? undefined : value;
    case 'amr':
      return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : value;
    case 'openid':
      return isScopeOnly(value) ? value.scope : value;
    default:
      return value;
  }
};

const isScopeOnly = (value: unknown): value is { readonly scope: string } =>
  typeof value === 'object' &&
  value !== null &&
  'scope' in value &&
  typeof value.scope === 'string' &&
  Object.keys(value).length === 1;

const expandValue = (name: string, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  if (name === 'gty') return expandGrantTypes(value);
  if (name === 'amr') return [value];
  return name === 'openid' ? { scope: value } : value;
};

/** Seconds between the sign-in and what is issued for it. */
const sinceSignInField = 'T';

export const encodePayload = (payload: AdapterPayload, keepId: boolean): string => {
  const out: Record<string, unknown> = {};
  const { iat } = payload;
  for (const name in payload) {
    if (impliedFields.has(name) && !(keepId && name === 'jti')) continue;
    const value = compactValue(name, payload[name], payload);
    if (value === undefined) continue;
    if (name === 'authTime' && typeof value === 'number' && iat !== undefined)
      out[sinceSignInField] = iat - value;
    // A name that reads like a short one is marked, so that nothing is mistaken for another.
    else
      out[shortNames[name] ?? (name in fullNames || name === sinceSignInField ? `~${name}` : name)] = value;
  }
  return version + JSON.stringify(out);
};

export const decodePayload = (body: string): AdapterPayload => {
  if (body[0] !== version) throw new Error(`a payload of version ${body[0]} can't be read by this release`);
  const stored: Record<string, unknown> = JSON.parse(body.slice(1));
  const payload: AdapterPayload = {};
  for (const storedName in stored) {
    const value = stored[storedName];
    if (storedName === sinceSignInField) {
      payload.authTime = Number(stored['i']) - Number(value);
      continue;
    }
    const name = fullNames[storedName] ?? (storedName[0] === '~' ? storedName.slice(1) : storedName);
    payload[name] = expandValue(name, value);
  }
  return payload;
};
