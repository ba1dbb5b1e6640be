import type { KoaContextWithOIDC } from 'oidc-provider';
import type { GrantType } from '../grant-types.ts';

interface Authentication {
  readonly acr?: string | undefined;
  readonly amr?: readonly string[] | undefined;
  readonly authTime?: number | undefined;
  /** The real time, where `authTime` isn't it (upstream-auth-time.ts). */
  readonly authTs?: number | undefined;
}

/** Reads how the person signed in from what the token request redeems. A refresh token repeats its grant's sign-in. */
export type ReadAuthentication = (ctx: KoaContextWithOIDC) => Authentication | undefined;

export const createReadAuthentication = (grantTypes: readonly GrantType[]): ReadAuthentication => {
  const sources = grantTypes.flatMap(({ signInSource }) => signInSource ?? []);
  return ({ oidc: { entities } }) => {
    const source = sources.find((name) => entities[name] !== undefined);
    // A grant type names an entity that has these properties.
    return source === undefined ? entities.RefreshToken : (entities[source] as Authentication);
  };
};
