export interface Mistake {
  /** One sentence: what was found and what is expected. */
  readonly message: string;
  readonly suggestion?: string;
}
