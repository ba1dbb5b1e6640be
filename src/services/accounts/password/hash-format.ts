/** Recognises, limits and verifies one format of password hashes. */
export interface HashFormat {
  readonly name: string;
  /** What hashes of other systems may cost, for the sentence that refuses one. */
  readonly limits: string;
  /** Whether the text is a complete hash in this format, and within the limits. */
  judge(hash: string): 'accepted' | 'too costly' | 'unknown';
  verify(hash: string, password: string): Promise<boolean>;
}

/** Base64 without padding, as PHC strings have it. */
export const toB64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
