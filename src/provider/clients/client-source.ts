type MaybePromise<T> = T | Promise<T>;

/** Where the engine's clients come from. */
export interface ClientSource {
  /** The same object as long as the client is unchanged, and without a promise if it is known here. */
  find(id: string): MaybePromise<Record<string, unknown> | undefined>;
  /** Whether this is a secret of the client now. */
  verifySecret(id: string, secret: string): Promise<boolean>;
  /** Whether an operator has stopped the client. */
  isStopped(id: string): boolean;
  /** The id of a client that is most like this unknown one, if one is near enough. */
  closestId(id: string): Promise<string | undefined>;
}
