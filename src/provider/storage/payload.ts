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

export const encodePayload = (payload: AdapterPayload, keepId: boolean): string => {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(payload)) {
    if (value === undefined || (implied.has(name) && !(keepId && name === 'jti'))) continue;
    // A name that reads like a short one is marked, so that nothing is mistaken for another.
    out[short[name] ?? (name in long ? `~${name}` : name)] = value;
  }
  return version + JSON.stringify(out);
};

export const decodePayload = (body: string): AdapterPayload => {
  if (body[0] !== version) throw new Error(`a payload of version ${body[0]} can't be read by this release`);
  const stored: Record<string, unknown> = JSON.parse(body.slice(1));
  const payload: AdapterPayload = {};
  for (const [name, value] of Object.entries(stored)) {
    payload[long[name] ?? (name[0] === '~' ? name.slice(1) : name)] = value;
  }
  return payload;
};
