import { type Config, selfFilledClaims } from '#config';

type Value = string | readonly string[];

interface ClaimSource {
  readonly value?: Value | undefined;
  readonly from?: string | undefined;
  readonly map?: Readonly<Record<string, Value>> | undefined;
  readonly default?: Value | undefined;
}

/** `claims` of a client or a resource. It was checked when the client or the configuration was (config/checks). */
export type ClaimMapping = Readonly<Record<string, ClaimSource>>;

type Claims = Readonly<Record<string, unknown>>;

const textsIn = (claim: unknown): ReadonlySet<unknown> => new Set(Array.isArray(claim) ? claim : [claim]);

const valueFor = ({ value, from = '', map = {}, default: other }: ClaimSource, claims: Claims) => {
  if (value !== undefined) return value;
  const texts = textsIn(Object.hasOwn(claims, from) ? claims[from] : undefined);
  const match = Object.keys(map).find((text) => texts.has(text));
  return match === undefined ? other : map[match];
};

/** What says that an address or a number is that of the person: anyone may type one of another person. */
const proofs: Readonly<Record<string, string>> = {
  email: 'email_verified',
  phone_number: 'phone_number_verified',
};

const isProven = (claims: Claims, name: string): boolean => {
  const proof = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
  return proof === undefined || claims[proof] === true;
};

/**
 * The claims of a person that a table may decide by. Those that people fill in themselves are refused when a client is
 * stored, but the configuration may let people fill in more of them later. An address counts once it is verified.
 */
export const createMappableClaims = (
  config: Pick<Config, 'pages' | 'profile'>,
): ((personal: Claims) => Claims) => {
  const own = selfFilledClaims(config);
  return (personal) =>
    Object.fromEntries(
      Object.entries(personal).filter(([name]) => !own.has(name) && isProven(personal, name)),
    );
};

/** The claims that a table makes of those of a person. Every value is one that the operator wrote into the table. */
export const mapClaims = (mapping: ClaimMapping, claims: Claims): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    Object.entries(mapping).flatMap(([name, source]) => {
      const value = valueFor(source, claims);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
