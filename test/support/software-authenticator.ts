/**
 * A WebAuthn authenticator and its browser in one, for tests over HTTP. It answers as a browser's `toJSON()` does, and
 * every part of an answer can be made wrong. The CBOR (RFC 8949) that it needs is written by hand.
 */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  type webcrypto,
} from 'node:crypto';

type Cbor = number | string | Uint8Array | ReadonlyMap<Cbor, Cbor>;

const cborHead = (major: number, value: number): Buffer => {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  if (value < 65_536) return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
  throw new RangeError(`too long for this encoder: ${value}`);
};

const toCbor = (value: Cbor): Buffer => {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([cborHead(3, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([cborHead(2, value.length), value]);
  return Buffer.concat([
    cborHead(5, value.size),
    ...[...value].flatMap(([key, one]) => [toCbor(key), toCbor(one)]),
  ]);
};

/** COSE algorithm identifiers (RFC 9053, RFC 8812). */
type Algorithm = -7 | -8 | -257 | -35;

const coordinates = ({ x = '', y = '' }: webcrypto.JsonWebKey) =>
  [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')] as const;

const keyMaterials: Readonly<
  Record<Algorithm, { make(): KeyObject; cose(jwk: webcrypto.JsonWebKey): Map<Cbor, Cbor> }>
> = {
  [-7]: {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    cose: (jwk) => ecKey(-7, 1, jwk),
  },
  [-35]: {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    cose: (jwk) => ecKey(-35, 2, jwk),
  },
  [-8]: {
    make: () => generateKeyPairSync('ed25519').privateKey,
    cose: ({ x = '' }) =>
      new Map<Cbor, Cbor>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, Buffer.from(x, 'base64url')],
      ]),
  },
  [-257]: {
    make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    cose: ({ n = '', e = '' }) =>
      new Map<Cbor, Cbor>([
        [1, 3],
        [3, -257],
        [-1, Buffer.from(n, 'base64url')],
        [-2, Buffer.from(e, 'base64url')],
      ]),
  },
};

const ecKey = (algorithm: number, curve: number, jwk: webcrypto.JsonWebKey): Map<Cbor, Cbor> => {
  const [x, y] = coordinates(jwk);
  return new Map<Cbor, Cbor>([
    [1, 2],
    [3, algorithm],
    [-1, curve],
    [-2, x],
    [-3, y],
  ]);
};

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** WebAuthn §6.1: user present, user verified, backup eligible, backed up, attested credential data. */
const flagBits = { present: 1, verified: 4, eligible: 8, backedUp: 16, attested: 64 };

/** The members of the options of a page that an authenticator reads. */
export interface PasskeyOptions {
  readonly challenge: string;
  readonly rpId?: string;
  readonly rp?: { readonly id: string };
  readonly user?: { readonly id: string };
}

/** What an answer says instead of the truth. */
export interface Wrong {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly userVerified?: boolean;
  readonly userPresent?: boolean;
  readonly counter?: number;
  readonly backedUp?: boolean;
  /** `null` leaves it out. */
  readonly userHandle?: string | null;
  readonly credentialId?: string;
  readonly signWith?: KeyObject;
  readonly attestation?: { readonly fmt: string; readonly attStmt: ReadonlyMap<Cbor, Cbor> };
}

export interface AuthenticatorSettings {
  readonly origin: string;
  readonly algorithm?: Algorithm;
  readonly aaguid?: string;
  /** It may be copied to other devices. */
  readonly multiDevice?: boolean;
  /** Starts at this, and grows with each use. A synced passkey has none. */
  readonly counter?: number;
  readonly credentialId?: string;
}

/** One authenticator with one passkey. */
export class SoftwareAuthenticator {
  readonly credentialId: string;
  readonly privateKey: KeyObject;
  counter: number;
  userHandle = '';
  readonly #settings: AuthenticatorSettings;
  readonly #algorithm: Algorithm;

  constructor(settings: AuthenticatorSettings) {
    this.#settings = settings;
    this.#algorithm = settings.algorithm ?? -7;
    this.privateKey = keyMaterials[this.#algorithm].make();
    this.credentialId = settings.credentialId ?? randomBytes(20).toString('base64url');
    this.counter = settings.counter ?? 0;
  }

  /** The same passkey with the counter of this moment, as a thief would copy it. */
  clone(): SoftwareAuthenticator {
    const copy = new SoftwareAuthenticator({ ...this.#settings, credentialId: this.credentialId });
    Object.assign(copy, { counter: this.counter, userHandle: this.userHandle, privateKey: this.privateKey });
    return copy;
  }

  /** The answer to `navigator.credentials.create()`. */
  create(options: PasskeyOptions, wrong: Wrong = {}): string {
    this.userHandle = options.user?.id ?? '';
    const id = Buffer.from(wrong.credentialId ?? this.credentialId, 'base64url');
    const aaguid = Buffer.from(
      (this.#settings.aaguid ?? '00000000-0000-0000-0000-000000000000').replaceAll('-', ''),
      'hex',
    );
    const idLength = Buffer.from([id.length >> 8, id.length & 255]);
    const publicKey = toCbor(keyMaterials[this.#algorithm].cose(this.#publicJwk()));
    const authData = Buffer.concat([
      this.#authenticatorData(options, wrong, flagBits.attested),
      aaguid,
      idLength,
      id,
      publicKey,
    ]);
    const { fmt, attStmt } = wrong.attestation ?? { fmt: 'none', attStmt: new Map<Cbor, Cbor>() };
    const attestationObject = toCbor(
      new Map<Cbor, Cbor>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', authData],
      ]),
    );
    return JSON.stringify({
      id: id.toString('base64url'),
      rawId: id.toString('base64url'),
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options, wrong).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    });
  }

  /** The answer to `navigator.credentials.get()`. */
  get(options: PasskeyOptions, wrong: Wrong = {}): string {
    if (this.#settings.counter !== undefined && wrong.counter === undefined) this.counter += 1;
    const clientData = this.#clientData('webauthn.get', options, wrong);
    const authData = this.#authenticatorData(options, wrong, 0);
    const key = wrong.signWith ?? this.privateKey;
    const digest = this.#algorithm === -8 ? null : this.#algorithm === -35 ? 'sha384' : 'sha256';
    const signature = sign(digest, Buffer.concat([authData, sha256(clientData)]), key);
    const id = wrong.credentialId ?? this.credentialId;
    const userHandle = wrong.userHandle === undefined ? this.userHandle : wrong.userHandle;
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle !== null && { userHandle }),
      },
    });
  }

  #publicJwk(): webcrypto.JsonWebKey {
    return createPrivateKey(this.privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
      format: 'jwk',
    });
  }

  #clientData(type: string, { challenge }: PasskeyOptions, wrong: Wrong): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: wrong.type ?? type,
        challenge: wrong.challenge ?? challenge,
        origin: wrong.origin ?? this.#settings.origin,
        crossOrigin: wrong.crossOrigin ?? false,
      }),
    );
  }

  #authenticatorData({ rpId, rp }: PasskeyOptions, wrong: Wrong, more: number): Buffer {
    const { multiDevice = true } = this.#settings;
    const flags =
      more |
      (wrong.userPresent === false ? 0 : flagBits.present) |
      (wrong.userVerified === false ? 0 : flagBits.verified) |
      (multiDevice ? flagBits.eligible : 0) |
      ((wrong.backedUp ?? multiDevice) ? flagBits.backedUp : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(wrong.counter ?? this.counter);
    return Buffer.concat([sha256(wrong.rpId ?? rpId ?? rp?.id ?? ''), Buffer.from([flags]), counter]);
  }
}
