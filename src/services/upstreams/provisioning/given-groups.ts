import type { Account } from '../../accounts/index.ts';

/** The groups that an upstream has given. Undefined when it has given none. An upstream may have the id `constructor`. */
export const groupsGivenBy = (
  upstream: string,
  { upstreamGroups = {} }: Pick<Account, 'upstreamGroups'>,
): readonly string[] | undefined =>
  Object.hasOwn(upstreamGroups, upstream) ? upstreamGroups[upstream] : undefined;
