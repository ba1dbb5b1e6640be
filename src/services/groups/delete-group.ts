import { groupNotFound, hasConfiguredMembers } from './errors.ts';
import type { Groups } from './group.ts';

interface Member {
  readonly id: string;
  readonly username: string;
  readonly from: 'configuration' | 'store';
}

interface Members {
  members(
    group: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly items: readonly Member[]; readonly next?: string }>;
  changeGroups(
    id: string,
    change: { readonly remove: readonly string[] },
    right: { readonly mayChangeRoles?: boolean },
  ): Promise<unknown>;
}

interface DeleteOptions {
  readonly ifVersion?: string | undefined;
  /** The right to delete a group that gives a role. */
  readonly mayChangeRoles?: boolean;
}

/** How many members are removed at a time. */
const batch = 50;

/** Removes all members, then the group. A call that was interrupted is repeated. Returns how many members there were. */
export const deleteGroup = async (
  groups: Groups,
  accounts: Members,
  name: string,
  { ifVersion, ...right }: DeleteOptions = {},
): Promise<number> => {
  if ((await groups.find(name)) === undefined) throw groupNotFound(name);
  const first = await accounts.members(name, { limit: 1 });
  const configured = first.items.find(({ from }) => from === 'configuration');
  if (configured !== undefined) throw hasConfiguredMembers(name, configured.username);
  await groups.close(name, { ifVersion });
  let removed = 0;
  for (;;) {
    const before = removed;
    let cursor: string | undefined;
    do {
      const page = await accounts.members(name, { limit: batch, ...(cursor !== undefined && { cursor }) });
      await Promise.all(page.items.map(({ id }) => accounts.changeGroups(id, { remove: [name] }, right)));
      removed += page.items.length;
      cursor = page.next;
    } while (cursor !== undefined);
    // A membership whose commit had begun before the group was closed may have come after the first pass.
    if (removed === before) break;
  }
  await groups.remove(name);
  return removed;
};
