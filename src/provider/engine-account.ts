import type { KoaContextWithOIDC } from 'oidc-provider';

/** The account as `findAccount` returns it to the engine. */
export interface EngineAccount {
  readonly [name: string]: unknown;
  readonly accountId: string;
  /** Names of groups, sorted. */
  readonly groups: readonly string[];
  /** All claims of the person, whether they may be released or not, without `sub`. */
  readonly personal: Readonly<Record<string, unknown>>;
}

/** The person that the request is about, once the engine has found the account. */
export const engineAccountOf = ({ oidc }: KoaContextWithOIDC): EngineAccount | undefined =>
  // Every account that the engine has comes from `findAccount`.
  oidc.entities.Account as unknown as EngineAccount | undefined;
