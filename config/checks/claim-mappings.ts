import { serverClaims } from '../reserved-claims.ts';
import { expectedFormat } from '../schema/formats.ts';
import { selfFilledClaims } from '../self-filled-claims.ts';
import type { Rule } from './rule.ts';

/** A mapping is read at every token, and is a part of the record of a stored client. */
const most = { claims: 50, entries: 500, bytes: 32 * 1024 };

interface MappingProblem {
  readonly path: readonly string[];
  readonly message: string;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const isValue = (value: unknown): boolean => isText(value) || (Array.isArray(value) && value.every(isText));

const sourceProblem = (source: unknown): string | undefined => {
  if (!isMap(source)) return 'Must have value, or from and map.';
  const unknown = Object.keys(source).find((key) => !['value', 'from', 'map', 'default'].includes(key));
  if (unknown !== undefined) return `Has no key ${unknown}: give value, or from and map.`;
  const { value, from, map, default: other } = source;
  if ((value === undefined) === (from === undefined && map === undefined && other === undefined))
    return 'Give either value, or from and map.';
  if (value !== undefined) return isValue(value) ? undefined : 'value must be a text or a list of texts.';
  if (typeof from !== 'string' || expectedFormat('claim', from) !== undefined)
    return 'from must be groups or the name of a claim.';
  if (!isMap(map) || Object.keys(map).length === 0) return 'map must have a value for at least one text.';
  if (Object.keys(map).length > most.entries)
    return `map has ${Object.keys(map).length} entries; ${most.entries} are allowed.`;
  if (!Object.values(map).every(isValue)) return 'Each value of map must be a text or a list of texts.';
  return other === undefined || isValue(other) ? undefined : 'default must be a text or a list of texts.';
};

/** What is wrong with a table of claims, wherever it comes from. */
export const claimMappingProblems = (mapping: unknown): readonly MappingProblem[] => {
  if (!isMap(mapping)) return [{ path: [], message: 'Must be a table of claims.' }];
  const names = Object.keys(mapping);
  if (names.length > most.claims)
    return [{ path: [], message: `Sets ${names.length} claims; ${most.claims} are allowed.` }];
  if (Buffer.byteLength(JSON.stringify(mapping)) > most.bytes)
    return [{ path: [], message: `Is larger than ${most.bytes / 1024} KiB; make the tables shorter.` }];
  return names.flatMap((name) => {
    if (serverClaims.has(name))
      return [{ path: [name], message: 'Is a claim that the server sets; choose another name.' }];
    if (name === 'groups')
      return [{ path: [name], message: 'Is the list of groups (scope groups); choose another name.' }];
    if (expectedFormat('claim', name) !== undefined)
      return [{ path: [name], message: 'Is not the name of a claim.' }];
    const message = sourceProblem(mapping[name]);
    return message === undefined ? [] : [{ path: [name], message }];
  });
};

export const resourceClaimsMakeSense: Rule = {
  needs: ['resources'],
  check: ({ resources }) =>
    resources.flatMap(({ claims }, index) => {
      const path = ['resources', String(index), 'claims'];
      if (claims === undefined) return [];
      if (!Array.isArray(claims))
        return claimMappingProblems(claims).map((problem) => ({
          ...problem,
          path: [...path, ...problem.path],
        }));
      return claims.flatMap((name, position) =>
        serverClaims.has(name)
          ? [{ path: [...path, String(position)], message: 'Is a claim that the server sets; leave it out.' }]
          : [],
      );
    }),
};

/** The claims that a table decides by. */
const sourcesIn = (mapping: unknown): readonly string[] =>
  isMap(mapping)
    ? Object.values(mapping).flatMap((source) =>
        isMap(source) && typeof source['from'] === 'string' ? [source['from']] : [],
      )
    : [];

/** The claims of `own`, which people fill in themselves, that a table decides by. */
export const selfFilledSources = (mapping: unknown, own: ReadonlySet<string>): readonly string[] => [
  ...new Set(sourcesIn(mapping).filter((claim) => own.has(claim))),
];

/** Otherwise people could give themselves a role. */
export const mappedClaimsAreOfTheOperator: Rule = {
  needs: ['clients', 'resources', 'pages', 'profile'],
  check({ clients, resources, pages, profile }) {
    const own = selfFilledClaims({ pages, profile });
    const problemsIn = (path: readonly string[], mapping: unknown) =>
      selfFilledSources(mapping, own).map((claim) => ({
        path: [...path, 'claims'],
        message: `Decides by ${claim}, which people fill in themselves (at the sign-up, profile.editable, profile.fields). Use groups, or a claim that only you set.`,
      }));
    return [
      ...clients.flatMap(({ claims }, index) => problemsIn(['clients', String(index)], claims)),
      ...resources.flatMap(({ claims }, index) => problemsIn(['resources', String(index)], claims)),
    ];
  },
};
