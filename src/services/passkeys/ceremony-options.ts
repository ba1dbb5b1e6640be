import type { RelyingParty } from './relying-party.ts';

/** ES256, EdDSA and RS256. Post-quantum algorithms depend on the version of Node, so nodes could disagree on them. */
export const algorithms: readonly number[] = [-7, -8, -257];

/** How long a browser waits for the person. Requests by autofill have no limit (WebAuthn §5.1.4). */
const timeoutMs = 300_000;

interface Descriptor {
  readonly type: 'public-key';
  readonly id: string;
  readonly transports: readonly string[];
}

/** `PublicKeyCredentialRequestOptionsJSON` of WebAuthn §5.1.10. */
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly userVerification: 'required';
  readonly timeout: number;
  readonly allowCredentials: readonly Descriptor[];
}

/** `PublicKeyCredentialCreationOptionsJSON` of WebAuthn §5.1.9. */
export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  readonly authenticatorSelection: {
    readonly residentKey: 'required';
    readonly requireResidentKey: true;
    readonly userVerification: 'required';
  };
  readonly attestation: 'none';
  readonly excludeCredentials: readonly Descriptor[];
  readonly timeout: number;
}

interface Known {
  readonly id: string;
  readonly transports: readonly string[];
}

const descriptorOf = ({ id, transports }: Known): Descriptor => ({ type: 'public-key', id, transports });

/** Without known passkeys the person chooses one, which names the account. */
export const requestOptions = (
  { id: rpId }: RelyingParty,
  challenge: string,
  known: readonly Known[],
): RequestOptions => ({
  challenge,
  rpId,
  userVerification: 'required',
  timeout: timeoutMs,
  allowCredentials: known.map(descriptorOf),
});

export const creationOptions = (
  { id, name }: RelyingParty,
  {
    challenge,
    user,
    existing,
  }: {
    readonly challenge: string;
    readonly user: CreationOptions['user'];
    readonly existing: readonly Known[];
  },
): CreationOptions => ({
  challenge,
  rp: { id, name },
  user,
  pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
  authenticatorSelection: {
    residentKey: 'required',
    requireResidentKey: true,
    userVerification: 'required',
  },
  attestation: 'none',
  excludeCredentials: existing.map(descriptorOf),
  timeout: timeoutMs,
});
