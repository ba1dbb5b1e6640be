import { groupNotFound, hasConfiguredMembers } from './errors.ts';
import type { Groups } from './group.ts';

interface Member {
  readonly id: string;
  readonly username: string;
  readonly from: 'configuration' | 'store';
}

interface Right<Of extends Member> {
  /** The right to delete a group that gives a role. */
  readonly mayChangeRoles?: boolean;
  /** Throws for a member whose groups the caller must not change. */
  readonly check?: (member: Of) => void;
  /** Refused when no enabled account would administer this server any more. */
  readonly keepsAdministrator?: boolean;
}

interface Members<Of extends Member> {
  members(
    group: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly items: readonly Of[]; readonly next?: string }>;
  changeGroups(
    id: string,
    change: { readonly remove: readonly string[] },
    right: Right<Of>,
  ): Promise<unknown>;
}

interface DeleteOptions<Of extends Member> extends Right<Of> {
  readonly ifVersion?: string | undefined;
}

/** How many members are removed at a time. */
const batch = 50;

/** Every member, page by page. */
async function* pagesOf<Of extends Member>(
  accounts: Members<Of>,
  name: string,
): AsyncGenerator<readonly Of[]> {
  let cursor: string | undefined;
  do {
    const page = await accounts.members(name, { limit: batch, ...(cursor !== undefined && { cursor }) });
    yield page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

/**
 * Removes all members, then the group. A call that was interrupted is repeated. Returns how many members there were. A
 * member whom the caller must not change is found before anything is removed; one who becomes so meanwhile, at its turn.
 */
export const deleteGroup = async <Of extends Member>(
  groups: Groups,
  accounts: Members<Of>,
  name: string,
  { ifVersion, ...right }: DeleteOptions<Of> = {},
): Promise<number> => {
  if ((await groups.find(name)) === undefined) throw groupNotFound(name);
  const first = await accounts.members(name, { limit: 1 });
  const configured = first.items.find(({ from }) => from === 'configuration');
  if (configured !== undefined) throw hasConfiguredMembers(name, configured.username);
  const { check, keepsAdministrator = false } = right;
  const removeMember = ({ id }: Of) => accounts.changeGroups(id, { remove: [name] }, right);
  if (check) for await (const members of pagesOf(accounts, name)) for (const one of members) check(one);
  await groups.close(name, { ifVersion });
  let removed = 0;
  for (;;) {
    const before = removed;
    for await (const members of pagesOf(accounts, name)) {
      // Administrators leave one by one anyway.
      if (keepsAdministrator) for (const member of members) await removeMember(member);
      else await Promise.all(members.map(removeMember));
      removed += members.length;
    }
    // A membership whose commit had begun before the group was closed may have come after the first pass.
    if (removed === before) break;
  }
  await groups.remove(name);
  return removed;
};
