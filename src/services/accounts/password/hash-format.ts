/** Recognises, limits and verifies one format of password hashes. */
export interface HashFormat {
  readonly name: string;
  /** What hashes of other systems may cost, for the sentence that refuses one. */
  readonly limits: string;
  /** Whether the text is a complete hash in this format, and within the limits. */
  judge(hash: string): 'accepted' | 'too costly' | 'unknown';
  verify(hash: string, password: string): Promise<boolean>;
  /** A hash of the same cost that no password has, the same for all hashes of that cost. */
  decoyOf(hash: string): string | undefined;
  /** What one try of a hash costs, as a part of the most that one may cost: about two seconds of one core. */
  costOf(hash: string): number;
}

/** All hashes that cost the same, and a decoy of them: a hash that no password has. */
export interface HashKind {
  readonly decoy: string;
  /** See `HashFormat.costOf`. */
  readonly cost: number;
}

/** Which kinds of hashes accounts have besides the one by the settings, the most frequent first: decoys of each. */
export type KindsInUse = () => Promise<readonly string[]>;

/** Bytes in place of a salt or a key. */
export const zeros = (length: number): string => toB64(Buffer.alloc(length));

/** Base64 without padding, as PHC strings have it. */
export const toB64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
