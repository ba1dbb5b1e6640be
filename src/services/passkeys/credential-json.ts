import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { PasskeyRefused } from './refused.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * Bytes. The library decodes CBOR item by item, before anything is verified, so what is longer than an authenticator
 * makes it is refused before. WebAuthn bounds credential ids (§4) and user handles (§5.4.3). Authenticator data has 37
 * bytes and extensions (§6.1), with a new credential its id and public key as well. Signatures are those of RSA at most.
 */
const maxBytes = {
  id: 1023,
  clientDataJSON: 4096,
  authenticatorData: 1024,
  attestationObject: 4096,
  signature: 1024,
  userHandle: 64,
};

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

const textIn = (members: Members, name: keyof typeof maxBytes): string => {
  const value = members[name];
  const maxLength = Math.ceil((maxBytes[name] * 4) / 3);
  if (typeof value !== 'string' || value.length > maxLength || !base64url.test(value)) throw malformed();
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
  if (!isCanonical || members['type'] !== 'public-key') throw malformed();
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
