/** One try to sign in. */
export interface Attempt {
  /** The user name as typed; unknown names are counted like known ones. */
  readonly account: string;
  readonly address: string;
  /** The id of a device that signed in to this very account before, out of a cookie whose seal was verified. */
  readonly device?: string;
}

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly waitSeconds: number };

export interface Throttle {
  /** Before the password is looked at. A try that comes too early is not counted and prolongs nothing. */
  check(attempt: Attempt): Promise<Verdict>;
  failed(attempt: Attempt): Promise<void>;
  succeeded(attempt: Attempt): Promise<void>;
  /** A plain limit for anything else: counts one use of `what` by `who` in this minute. `perMinute` 0 is no limit. */
  take(what: string, who: string, perMinute: number): Promise<Verdict>;
}
