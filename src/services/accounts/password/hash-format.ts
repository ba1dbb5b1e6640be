/** How one family of password hashes is recognised, bounded and verified. */
export interface HashFormat {
  readonly name: string;
  /** Whether the text is a whole hash of this family, within the costs we are willing to pay. */
  accepts(hash: string): boolean;
  verify(hash: string, password: string): Promise<boolean>;
}

/** Base64 without padding, as in PHC strings. */
export const toB64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
