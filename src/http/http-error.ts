/** What a caller learns of an error. */
export interface HttpError {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}
