import type { AdapterPayload } from 'oidc-provider';

/** What a grant allows. Scopes are words of a text, all else is a list. */
const members = ['openid', 'resources', 'rejected', 'rar'] as const;

/** Removes from `theirs` what this request removed, and adds what it added. */
const mergeSets = <T>(base: readonly T[], mine: readonly T[], theirs: readonly T[]): readonly T[] => [
  ...theirs.filter((item) => mine.includes(item) || !base.includes(item)),
  ...mine.filter((item) => !base.includes(item) && !theirs.includes(item)),
];

const wordsOf = (value: unknown): readonly string[] =>
  typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : [];

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map((item) => JSON.stringify(item)) : [];

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const merge = (base: unknown, mine: unknown, theirs: unknown): unknown => {
  const one = mine ?? theirs;
  if (one === undefined) return undefined;
  if (typeof one === 'string') {
    const words = mergeSets(wordsOf(base), wordsOf(mine), wordsOf(theirs));
    return words.length > 0 ? words.join(' ') : undefined;
  }
  if (Array.isArray(one)) {
    const items = mergeSets(textsOf(base), textsOf(mine), textsOf(theirs));
    return items.length > 0 ? items.map((item) => JSON.parse(item)) : undefined;
  }
  const [former, wanted, current] = [membersOf(base), membersOf(mine), membersOf(theirs)];
  const merged = [...new Set([...Object.keys(current), ...Object.keys(wanted)])].flatMap((name) => {
    const value = merge(former[name], wanted[name], current[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return merged.length > 0 ? Object.fromEntries(merged) : undefined;
};

/**
 * Two consents of one session change the same grant. Each is applied to what the other one stored: `mine` is what this
 * request made of `base`, and `theirs` is the grant by now.
 */
export const mergeGrants = (
  base: AdapterPayload,
  mine: AdapterPayload,
  theirs: AdapterPayload,
): AdapterPayload => ({
  ...mine,
  ...Object.fromEntries(members.map((name) => [name, merge(base[name], mine[name], theirs[name])])),
});
