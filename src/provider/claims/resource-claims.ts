import type { Config, ResourceConfig } from '#config';
import { createMappableClaims, mapClaims } from './claim-mapping.ts';

type Claims = Readonly<Record<string, unknown>>;

export type ResourceClaims = (audience: unknown, claims: Claims) => Claims;

const isList = (wanted: NonNullable<ResourceConfig['claims']>): wanted is readonly string[] =>
  Array.isArray(wanted);

type Mappable = ReturnType<typeof createMappableClaims>;

const claimsFor = ({ claims: wanted }: ResourceConfig, claims: Claims, mappable: Mappable): Claims => {
  if (wanted === undefined) return {};
  if (!isList(wanted)) return mapClaims(wanted, mappable(claims));
  return Object.fromEntries(
    wanted.flatMap((name) => (Object.hasOwn(claims, name) ? [[name, claims[name]] as const] : [])),
  );
};

/**
 * The claims of a person in access tokens. The API decides which it needs, whatever scope the application has: the
 * operator lists them at the resource. Undefined when no API has any.
 */
export const createResourceClaims = ({
  resources,
  pages,
  profile,
}: Pick<Config, 'pages' | 'profile' | 'resources'>): ResourceClaims | undefined => {
  const mappable = createMappableClaims({ pages, profile });
  const withClaims = resources.filter(({ claims }) => claims !== undefined);
  if (withClaims.length === 0) return undefined;
  return (audience, claims) => {
    // A token for an API and for `/userinfo` has two.
    const audiences: readonly unknown[] = [audience].flat();
    const resource = withClaims.find((one) => audiences.includes(one.audience));
    return resource === undefined ? {} : claimsFor(resource, claims, mappable);
  };
};
