import Type from 'typebox';
import type { Account } from '../../../../services/accounts/index.ts';
import { adminOperation, describeAccount } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { InvalidRequest } from '../../problems.ts';
import { account, closed, groupName, pageOf, paging, text } from '../../schemas.ts';

export const listAccounts = ({ accounts }: Pick<AdminApiDependencies, 'accounts'>) => {
  const find = (q: string | undefined, group: string | undefined, page: ReturnType<typeof pagingOf>) => {
    if (q !== undefined) return accounts.search(q, page);
    return group === undefined ? accounts.list(page) : accounts.members(group, page);
  };

  return adminOperation({
    summary: 'List accounts',
    description:
      'By the time of their creation; the first page begins with those of the configuration. `q` searches, and its result is in the order of what was found. `username` and `email` find one account, without paging.',
    query: Type.Object(
      {
        ...paging,
        q: Type.Optional(
          text('The beginning of the user name, the name or the address, in any case.', { maxLength: 255 }),
        ),
        username: Type.Optional(text('The exact user name.', { maxLength: 255 })),
        email: Type.Optional(text('The verified address.', { maxLength: 320 })),
        group: Type.Optional(groupName),
        enabled: Type.Optional(Type.Boolean({ description: 'Only accounts that can, or cannot, sign in.' })),
      },
      closed,
    ),
    answer: pageOf(account),
    status: 200,
    async handle({ query: { q, username, email, group, enabled, ...page } }) {
      const isWanted = (one: Account): boolean =>
        (enabled === undefined || one.enabled === enabled) &&
        (group === undefined || one.groups.includes(group));
      if (username !== undefined || email !== undefined) {
        if (q !== undefined) throw new InvalidRequest('Search by q, or name one account; not both.');
        const found =
          username === undefined
            ? await accounts.findByEmail(email ?? '')
            : await accounts.findByUsername(username);
        const items = found && isWanted(found) ? [found] : [];
        return pageBody({ items }, describeAccount);
      }
      const { items, next } = await find(q, group, pagingOf(page));
      return pageBody({ items: items.filter(isWanted), next }, describeAccount);
    },
  });
};
