export interface Mistake {
  /** One sentence: what was found and what is wanted. */
  readonly message: string;
  readonly suggestion?: string;
}
