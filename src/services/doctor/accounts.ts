import type { Accounts } from '../accounts/index.ts';
import { collectFindings, type Finding } from './finding.ts';

export const checkAccounts = async (accounts: Pick<Accounts, 'superseded'>): Promise<readonly Finding[]> => {
  const { found, error } = collectFindings('accounts');
  for (const { id, username, by } of await accounts.superseded())
    error(
      'account_superseded',
      `The account ${id} of the store can't be used: its user name ${username} is a name of the configured account ${by}.`,
      `If it is another person, run \`postern account update id:${id} --username NAME\`. If it is the same person, keep one of the two.`,
    );
  return found;
};
