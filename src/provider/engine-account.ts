import type { KoaContextWithOIDC } from 'oidc-provider';

/** When the person signed in for what a browser or a client has. */
export interface SignInTime {
  /** Seconds since the epoch. */
  readonly signedInAt: number;
  /** When a session began with it, in milliseconds since the epoch. */
  readonly beganAt?: number;
  readonly endsWithSignIn: boolean;
}

/** The account as `findAccount` returns it to the engine. */
export interface EngineAccount {
  readonly [name: string]: unknown;
  readonly accountId: string;
  /** Names of groups, sorted. */
  readonly groups: readonly string[];
  /** What an operator requires of the person at a sign-in. */
  required(): readonly string[];
  /** Whether a sign-in of that time still counts. */
  isSignInCurrent(signIn: SignInTime): boolean;
  /** All claims of the person, whether they may be released or not, without `sub`. */
  readPersonal(): Readonly<Record<string, unknown>>;
}

/** The person that the request is about, once the engine has found the account. */
export const engineAccountOf = ({ oidc }: KoaContextWithOIDC): EngineAccount | undefined =>
  // Every account that the engine has comes from `findAccount`.
  oidc.entities.Account as unknown as EngineAccount | undefined;
