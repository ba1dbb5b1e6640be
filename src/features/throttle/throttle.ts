/** Who tries, as far as it is known. At least one of `account` and `client` names what is tried. */
export interface Attempt {
  /** The user name as typed; unknown names are counted like known ones. */
  readonly account?: string;
  /** The client's address: IPv4 as it is, IPv6 by its /64. */
  readonly address: string;
  readonly client?: string;
  /** The id of a device that signed in to this very account before, out of a cookie whose seal was verified. */
  readonly device?: string;
}

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly waitSeconds: number };

export interface Throttle {
  /** Before the work. A refused attempt is not counted and prolongs nothing. */
  check(attempt: Attempt): Promise<Verdict>;
  /** After wrong credentials; answers how many seconds the next attempt has to wait (0: none). */
  failed(attempt: Attempt): Promise<number>;
  succeeded(attempt: Attempt): Promise<void>;
}
