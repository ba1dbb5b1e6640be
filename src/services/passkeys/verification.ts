import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { algorithms } from './ceremony-options.ts';
import type { StoredPasskey } from './record.ts';
import { PasskeyRefused } from './refused.ts';
import type { RelyingParty } from './relying-party.ts';

/** The library takes 26 MiB, so it is loaded at the first use of a passkey. */
const library = () => import('@simplewebauthn/server');
const decoder = () => import('@simplewebauthn/server/helpers');

/** What both verifications expect of the browser and the authenticator. */
const expectationsOf = ({ id, origin }: RelyingParty, challenge: string) => ({
  expectedChallenge: challenge,
  expectedOrigin: origin,
  expectedRPID: id,
  requireUserVerification: true,
});

/** Everything that is wrong throws, with an English sentence for developers. */
const refuseErrors = async <T>(verify: () => Promise<T>): Promise<T> => {
  try {
    return await verify();
  } catch (cause) {
    throw new PasskeyRefused('wrong_passkey', { cause });
  }
};

/**
 * The options ask for no attestation. One that comes all the same must be self attestation: to check a certificate, the
 * library would fetch the revocation list that the certificate names, from any address.
 */
const refuseCertificates = async (attestationObject: string): Promise<void> => {
  const { decodeAttestationObject } = await decoder();
  const decoded = decodeAttestationObject(Buffer.from(attestationObject, 'base64url'));
  const format = decoded.get('fmt');
  const statement = decoded.get('attStmt');
  if (format === 'none' || (format === 'packed' && statement.get('x5c') === undefined)) return;
  throw new Error(`attestation of the format ${format} was not asked for`);
};

export interface VerifiedAssertion {
  readonly counter: number;
  readonly backedUp: boolean;
}

/** WebAuthn §7.2. The caller compares user handle and counter. */
export const verifyAssertion = async (
  relyingParty: RelyingParty,
  {
    response,
    challenge,
    publicKey,
  }: {
    readonly response: AuthenticationResponseJSON;
    readonly challenge: string;
    /** The COSE key in base64url. */
    readonly publicKey: string;
  },
): Promise<VerifiedAssertion> => {
  const { verified, authenticationInfo: info } = await refuseErrors(async () => {
    const { verifyAuthenticationResponse } = await library();
    return verifyAuthenticationResponse({
      ...expectationsOf(relyingParty, challenge),
      response,
      credential: { id: response.id, publicKey: Buffer.from(publicKey, 'base64url'), counter: 0 },
    });
  });
  if (!verified) throw new PasskeyRefused('wrong_passkey');
  return { counter: info.newCounter, backedUp: info.credentialBackedUp };
};

/** WebAuthn §7.1. Without attestation nothing is known about the authenticator but what it says itself. */
export const verifyRegistration = async (
  relyingParty: RelyingParty,
  { response, challenge }: { readonly response: RegistrationResponseJSON; readonly challenge: string },
): Promise<Omit<StoredPasskey, 'createdAt'>> => {
  const { verified, registrationInfo: info } = await refuseErrors(async () => {
    const { verifyRegistrationResponse } = await library();
    await refuseCertificates(response.response.attestationObject);
    return verifyRegistrationResponse({
      ...expectationsOf(relyingParty, challenge),
      response,
      supportedAlgorithmIDs: [...algorithms],
    });
  });
  if (!verified || info.credential.id !== response.id) throw new PasskeyRefused('wrong_passkey');
  return {
    id: info.credential.id,
    publicKey: Buffer.from(info.credential.publicKey).toString('base64url'),
    counter: info.credential.counter,
    transports: response.response.transports ?? [],
    aaguid: info.aaguid,
    multiDevice: info.credentialDeviceType === 'multiDevice',
    backedUp: info.credentialBackedUp,
  };
};
