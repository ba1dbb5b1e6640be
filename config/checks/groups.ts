import { type Rule, when } from './rule.ts';

/** A token has the names of all groups of a person. */
export const maxGroupsPerAccount = 200;

export const accountsHaveFewGroups: Rule = {
  needs: ['accounts'],
  check: ({ accounts }) =>
    accounts.flatMap(({ groups = [] }, index) =>
      when(
        groups.length > maxGroupsPerAccount,
        ['accounts', String(index), 'groups'],
        `Lists ${groups.length} groups; a person is in ${maxGroupsPerAccount} at most.`,
      ),
    ),
};

/** A claim named `groups` is what people had before there were groups. Both at once would contradict each other. */
export const groupsAreNoClaims: Rule = {
  needs: ['accounts', 'groups'],
  check: ({ accounts, groups }) => {
    const areInUse = groups.length > 0 || accounts.some((account) => account.groups !== undefined);
    return accounts.flatMap(({ claims = {} }, index) =>
      when(
        areInUse && claims['groups'] !== undefined,
        ['accounts', String(index), 'claims', 'groups'],
        'There are groups now, so no account may have a claim of that name: move the list to `groups` of the account (`postern group import-claims` prints it, and moves those in the store).',
      ),
    );
  },
};
