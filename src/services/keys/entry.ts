import type { PublicJwk } from './public-jwk.ts';
import type { Signer } from './signer.ts';
import type { Stamps } from './stages.ts';

/** Secrets that only the processes of this server know. */
export const secretUses = ['cookie', 'dpop-nonce', 'refresh', 'pairwise'] as const;
export type SecretUse = (typeof secretUses)[number];

/** The pairwise salt never rotates, because every pairwise subject would change. */
export const rotatingSecrets = ['cookie', 'dpop-nonce', 'refresh'] as const satisfies readonly SecretUse[];

interface CommonFields {
  readonly kid: string;
  readonly stamps: Stamps;
}

/** A key whose private part is damaged has no signer, but still verifies. */
export interface SigningEntry extends CommonFields {
  readonly use: 'sig';
  readonly jwk: PublicJwk;
  readonly signer: Signer | undefined;
  readonly held: 'here' | 'remote';
}

export interface SecretEntry extends CommonFields {
  readonly use: SecretUse;
  readonly secret: Buffer;
}

export type KeyEntry = SigningEntry | SecretEntry;
