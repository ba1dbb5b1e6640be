import type { AdapterPayload } from 'oidc-provider';

/**
 * Payloads of the engine as text: known names shortened, what the key and the lifetime already say left out.
 * The first character is the version; a reader knows its own and the one before.
 */
const version = '1';

const short: Readonly<Record<string, string>> = {
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

const long = Object.fromEntries(Object.entries(short).map(([name, letter]) => [letter, name]));

const implied = new Set(['jti', 'kind', 'exp', 'consumed']);

/** How a grant came about: long words that stand in every token of it. */
const grantTypes: readonly (readonly [long: string, short: string])[] = [
  ['urn:ietf:params:oauth:grant-type:device_code', 'D'],
  ['urn:openid:params:grant-type:ciba', 'B'],
  ['authorization_code', 'C'],
  ['refresh_token', 'R'],
];

const shorten = (types: string): string => {
  let text = types;
  for (const [long, short] of grantTypes) if (text.includes(long)) text = text.replaceAll(long, short);
  return text;
};

const lengthen = (types: string): string =>
  types
    .split(' ')
    .map((type) => grantTypes.find(([, short]) => short === type)?.[0] ?? type)
    .join(' ');

export const encodePayload = (payload: AdapterPayload, keepId: boolean): string => {
  const out: Record<string, unknown> = {};
  for (const name in payload) {
    const value = payload[name];
    if (value === undefined || (implied.has(name) && !(keepId && name === 'jti'))) continue;
    // The first of its line: the engine takes the time of issue for it.
    if (name === 'iiat' && value === payload.iat) continue;
    // A name that reads like a short one is marked, so that nothing is mistaken for another.
    out[short[name] ?? (name in long ? `~${name}` : name)] =
      name === 'gty' && typeof value === 'string' ? shorten(value) : value;
  }
  return version + JSON.stringify(out);
};

export const decodePayload = (body: string): AdapterPayload => {
  if (body[0] !== version) throw new Error(`a payload of version ${body[0]} can't be read by this release`);
  const stored: Record<string, unknown> = JSON.parse(body.slice(1));
  const payload: AdapterPayload = {};
  for (const name in stored) {
    const value = stored[name];
    payload[long[name] ?? (name[0] === '~' ? name.slice(1) : name)] =
      name === 'p' && typeof value === 'string' ? lengthen(value) : value;
  }
  return payload;
};
