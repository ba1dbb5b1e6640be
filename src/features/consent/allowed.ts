/** What an account allows a client. */
export interface Allowed {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  /** Scopes of each API, by its audience. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** What the client asked for and the person did not allow. */
export type Declined = Pick<Allowed, 'scopes' | 'claims'>;

export const nothingAllowed: Allowed = { scopes: [], claims: [], resources: {} };
