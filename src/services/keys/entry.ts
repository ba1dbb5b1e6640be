import type { PublicJwk } from './public-jwk.ts';
import type { Signer } from './signer.ts';
import type { Stamps } from './stages.ts';

/** What only our own processes know. */
export const secretUses = ['cookie', 'dpop-nonce', 'refresh', 'pairwise'] as const;
export type SecretUse = (typeof secretUses)[number];

/** The pairwise salt never rotates: every pairwise subject would change. */
export const rotatingSecrets = ['cookie', 'dpop-nonce', 'refresh'] as const satisfies readonly SecretUse[];

interface Common {
  readonly kid: string;
  readonly stamps: Stamps;
}

/** Without a signer (the private part is damaged) a key still verifies what it signed. */
export interface SigningEntry extends Common {
  readonly use: 'sig';
  readonly jwk: PublicJwk;
  readonly signer: Signer | undefined;
  readonly held: 'here' | 'remote';
}

export interface SecretEntry extends Common {
  readonly use: SecretUse;
  readonly secret: Buffer;
}

export type KeyEntry = SigningEntry | SecretEntry;
