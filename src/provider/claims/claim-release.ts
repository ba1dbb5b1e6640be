import type { Config } from '#config';
import { mayUseScope } from '../clients/client-limits.ts';
import { standardClaims } from './standard-claims.ts';

type Client = Readonly<Record<string, unknown>>;

/** These claims describe the sign-in rather than the person, so they need no scope and no consent. */
export const signInClaims: ReadonlySet<string> = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss']);

/** The personal claims of each scope: those of OpenID Connect Core §5.4, `groups`, and those of the operator. */
export const personalClaims = ({
  claims,
}: Pick<Config, 'claims'>): Readonly<Record<string, readonly string[]>> => {
  const standard: Readonly<Record<string, readonly string[]>> = { ...standardClaims, groups: ['groups'] };
  const scopes = [...new Set([...Object.keys(standard), ...Object.keys(claims)])];
  const namesIn = (table: Readonly<Record<string, readonly string[]>>, scope: string): readonly string[] =>
    Object.hasOwn(table, scope) ? (table[scope] ?? []) : [];
  return Object.fromEntries(
    scopes.map((scope) => [scope, [...new Set([...namesIn(standard, scope), ...namesIn(claims, scope)])]]),
  );
};

/** Whether a client may receive a claim, in whichever way it asks for it. `accepts` leaves out scopes. */
export type IsReleased = (client: Client, claim: string, accepts?: (scope: string) => boolean) => boolean;

/** A client gets a personal claim only if a scope that it may use releases the claim. */
export const createClaimRelease = (config: Pick<Config, 'claims'>): IsReleased => {
  const scopesByClaim = new Map<string, string[]>();
  for (const [scope, names] of Object.entries(personalClaims(config))) {
    for (const name of names) scopesByClaim.set(name, [...(scopesByClaim.get(name) ?? []), scope]);
  }
  return (client, claim, accepts = () => true) =>
    scopesByClaim.get(claim)?.some((scope) => mayUseScope(client, scope) && accepts(scope)) ?? false;
};
