/** Recognises, limits and verifies one format of password hashes. */
export interface HashFormat {
  readonly name: string;
  /** Whether the text is a complete hash in this format, within the allowed costs. */
  accepts(hash: string): boolean;
  verify(hash: string, password: string): Promise<boolean>;
}

/** Base64 without padding, as PHC strings have it. */
export const toB64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
