import { type Account, foldUsername } from '../../services/accounts/index.ts';

/**
 * A hint may be any name by which an application can know the person. It is compared with this account only, so the
 * answer reveals nothing about other accounts.
 */
export const matchesHint = (account: Account | undefined, hint: string): boolean => {
  if (!account) return false;
  const { email, phone_number, preferred_username } = account.claims;
  return [account.username, account.id, email, phone_number, preferred_username].some(
    (name) => typeof name === 'string' && foldUsername(name) === foldUsername(hint),
  );
};
