import { maxGroupsPerAccount } from '#config';
import { normalizeGroups } from '../groups/index.ts';
import type { GroupChange } from './contract.ts';

/** The parts of an account's record that say where its memberships come from. */
export interface GroupSources {
  readonly groups?: readonly string[];
  readonly upstreamGroups?: Readonly<Record<string, readonly string[]>>;
}

/**
 * A membership comes from an operator, from upstreams, or from both. What an upstream no longer names ends, and what an
 * operator has decided stays. Tokens, access and lists don't tell them apart.
 */
export const allGroupsOf = ({ groups = [], upstreamGroups = {} }: GroupSources): readonly string[] =>
  [...new Set([...groups, ...Object.values(upstreamGroups).flat()])].sort();

const withUpstreamGroups = (upstreamGroups: Readonly<Record<string, readonly string[]>>): GroupSources => {
  const entries = Object.entries(upstreamGroups).filter(([, groups]) => groups.length > 0);
  return entries.length > 0 ? { upstreamGroups: Object.fromEntries(entries) } : {};
};

const keepOfUpstreams = (
  { upstreamGroups = {} }: GroupSources,
  isKept: (group: string) => boolean,
): GroupSources =>
  withUpstreamGroups(
    Object.fromEntries(
      Object.entries(upstreamGroups).map(([upstream, groups]) => [upstream, groups.filter(isKept)]),
    ),
  );

const isList = (change: readonly string[] | GroupChange): change is readonly string[] =>
  Array.isArray(change);

/** What an operator changes. A membership that is removed ends whatever its source, until an upstream names it again. */
export const changeByOperator = (
  { groups: former = [], upstreamGroups }: GroupSources,
  change: readonly string[] | GroupChange,
): GroupSources => {
  const sources = { groups: former, ...(upstreamGroups && { upstreamGroups }) };
  if (isList(change)) {
    const ofUpstreams = new Set(Object.values(upstreamGroups ?? {}).flat());
    // A list repeats what is there, so it makes no membership of an upstream one of the operator.
    const groups = change.filter((group) => former.includes(group) || !ofUpstreams.has(group));
    return {
      groups: normalizeGroups(groups),
      ...keepOfUpstreams(sources, (group) => change.includes(group)),
    };
  }
  const { add = [], remove = [] } = change;
  const removed = new Set(remove);
  return {
    groups: normalizeGroups([...former, ...add].filter((group) => !removed.has(group))),
    ...keepOfUpstreams(sources, (group) => !removed.has(group)),
  };
};

/** What an upstream says at a sign-in. Beyond the limit of an account the last names are left out. */
export const changeByUpstream = (
  { groups = [], upstreamGroups = {} }: GroupSources,
  { upstream, groups: named }: { readonly upstream: string; readonly groups: readonly string[] },
): GroupSources => {
  const { [upstream]: _, ...others } = upstreamGroups;
  const room = maxGroupsPerAccount - allGroupsOf({ groups, upstreamGroups: others }).length;
  return {
    groups,
    ...withUpstreamGroups({ ...others, [upstream]: named.toSorted().slice(0, Math.max(0, room)) }),
  };
};
