/**
 * An API gets the claims that its resource lists, whatever scope the application has. The application holds the token:
 * it can read a JWT, and introspect a token of its own. What it may learn of the person is decided here.
 */
import type { Config, ResourceConfig } from '#config';
import { createIsClientOfApi } from './api-clients.ts';
import { createClaimRelease } from './claim-release.ts';

type Client = Readonly<Record<string, unknown>>;

interface Grant {
  getOIDCScope(): string;
  getRejectedOIDCScope(): string;
}

/** Names of claims of an API that the application isn't to learn from a token for it. */
export type HiddenClaims = (audience: unknown, client: Client, grant: Grant | undefined) => readonly string[];

/** Each claim with the claim of the person that it comes from. A constant comes from none. */
const claimsWithSource = ({
  claims = [],
}: ResourceConfig): readonly (readonly [string, string | undefined])[] =>
  Array.isArray(claims)
    ? claims.map((name: string) => [name, name] as const)
    : Object.entries(claims).map(([name, source]) => [name, source.from] as const);

/**
 * A client of the operator may learn what a scope releases that it may use, unless the person declined the scope. One
 * that registered itself may use any scope that it registers, so the person has to have granted the scope.
 */
export const createHiddenClaims = (config: Pick<Config, 'claims' | 'resources'>): HiddenClaims => {
  const isReleased = createClaimRelease(config);
  const withClaims = config.resources.filter(({ claims }) => claims !== undefined);
  return (audience, client, grant) => {
    // A token for an API and for `/userinfo` has two.
    const audiences: readonly unknown[] = [audience].flat();
    const resource = withClaims.find((one) => audiences.includes(one.audience));
    if (!resource) return [];
    const granted = new Set(grant?.getOIDCScope().split(' '));
    const declined = new Set(grant?.getRejectedOIDCScope().split(' '));
    const accepts = (scope: string): boolean =>
      client['from_registration'] === true ? granted.has(scope) : !declined.has(scope);
    return claimsWithSource(resource)
      .filter(([, source]) => source !== undefined && !isReleased(client, source, accepts))
      .map(([name]) => name);
  };
};

/**
 * As above, for JWTs. One of a client of the operator has all claims, unless the tokens of the API are opaque elsewhere:
 * the JSON token endpoint, and `issuer_tokens`, give a JWT for such an API too, which must not show what the API hides.
 */
export const createHiddenClaimsOfJwts = (config: Pick<Config, 'claims' | 'resources'>): HiddenClaims => {
  const hiddenClaims = createHiddenClaims(config);
  const isClientOfApi = createIsClientOfApi(config);
  const opaque = new Set(
    config.resources
      .filter((resource) => resource.access_token_format === 'opaque')
      .map(({ audience }) => audience),
  );
  const readable = new Set(
    config.resources
      .filter((resource) => resource.self_described_clients_read_claims === true)
      .map(({ audience }) => audience),
  );
  const isOpaque = (audience: unknown): boolean => opaque.has(String(audience));
  return (audience, client, grant) => {
    const audiences: readonly unknown[] = [audience].flat();
    if (audiences.some((one) => readable.has(String(one)))) return [];
    const mayRead =
      client['from_registration'] !== true && (!audiences.some(isOpaque) || isClientOfApi(client, audience));
    return mayRead ? [] : hiddenClaims(audience, client, grant);
  };
};

/** Names of the claims of a person that an API gets by tokens of a client, once the person has allowed these scopes. */
export type ReceivedClaims = (
  audience: string,
  client: Client,
  scopes: ReadonlySet<string>,
) => readonly string[];

/** A JWT has nothing that its holder isn't to learn, so the API gets as little. */
const isHiddenInJwts = (resource: ResourceConfig, client: Client): boolean =>
  client['from_registration'] === true &&
  resource.access_token_format === 'jwt' &&
  resource.self_described_clients_read_claims !== true;

/** Claims of extensions aren't known before there is a token. */
export const createReceivedClaims = (config: Pick<Config, 'claims' | 'resources'>): ReceivedClaims => {
  const isReleased = createClaimRelease(config);
  return (audience, client, scopes) => {
    const resource = config.resources.find((one) => one.audience === audience);
    if (!resource) return [];
    const sources = claimsWithSource(resource).flatMap(([, source]) => source ?? []);
    const isHidden = (claim: string): boolean =>
      isHiddenInJwts(resource, client) && !isReleased(client, claim, (scope) => scopes.has(scope));
    return [...new Set(sources)].filter((claim) => !isHidden(claim));
  };
};

export const withoutClaims = (
  claims: Readonly<Record<string, unknown>>,
  hidden: readonly string[],
): Readonly<Record<string, unknown>> =>
  hidden.length === 0
    ? claims
    : Object.fromEntries(Object.entries(claims).filter(([name]) => !hidden.includes(name)));
