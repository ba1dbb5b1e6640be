import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { PasskeyRefused } from './refused.ts';

type Members = Readonly<Record<string, unknown>>;

/** WebAuthn §4: a credential id has at most 1023 bytes. */
const maxIdLength = Math.ceil((1023 * 4) / 3);
const base64url = /^[A-Za-z0-9_-]+$/;

const malformed = (): PasskeyRefused => new PasskeyRefused('malformed_passkey');

const objectIn = (text: string): Members => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // It isn't JSON.
  }
  throw malformed();
};

const textIn = (members: Members, name: string): string => {
  const value = members[name];
  if (typeof value !== 'string' || !base64url.test(value)) throw malformed();
  return value;
};

const responseIn = ({ response }: Members): Members => {
  if (typeof response !== 'object' || response === null) throw malformed();
  return { ...response };
};

const idIn = (members: Members): string => {
  const id = textIn(members, 'id');
  // Another spelling of the same bytes would be another id.
  const isCanonical = Buffer.from(id, 'base64url').toString('base64url') === id;
  if (!isCanonical || id.length > maxIdLength || members['type'] !== 'public-key') throw malformed();
  return id;
};

/** The `toJSON()` of an assertion, with the members that are looked at. */
export const parseAssertion = (text: string): AuthenticationResponseJSON => {
  const members = objectIn(text);
  const id = idIn(members);
  const response = responseIn(members);
  const { userHandle } = response;
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: textIn(response, 'clientDataJSON'),
      authenticatorData: textIn(response, 'authenticatorData'),
      signature: textIn(response, 'signature'),
      ...(userHandle !== undefined && userHandle !== null && { userHandle: textIn(response, 'userHandle') }),
    },
  };
};

const knownTransports: ReadonlySet<unknown> = new Set([
  'ble',
  'hybrid',
  'internal',
  'nfc',
  'smart-card',
  'usb',
]);

const transportsIn = ({ transports }: Members): string[] =>
  Array.isArray(transports) ? [...knownTransports].filter((one) => transports.includes(one)).map(String) : [];

/** The `toJSON()` of a new credential. */
export const parseRegistration = (text: string): RegistrationResponseJSON => {
  const members = objectIn(text);
  const id = idIn(members);
  const response = responseIn(members);
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: textIn(response, 'clientDataJSON'),
      attestationObject: textIn(response, 'attestationObject'),
      transports: transportsIn(response),
    },
  };
};

/** The challenge that the browser answered. Whether the authenticator signed it is verified later. */
export const challengeIn = ({ clientDataJSON }: { readonly clientDataJSON: string }): string => {
  const { challenge, crossOrigin, topOrigin } = objectIn(Buffer.from(clientDataJSON, 'base64url').toString());
  // No page of this server may be framed.
  if (typeof challenge !== 'string' || crossOrigin === true || topOrigin !== undefined) throw malformed();
  return challenge;
};
