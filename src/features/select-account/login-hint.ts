import { type Account, foldUsername } from '../../services/accounts/index.ts';

/** By any name that an application may know a person by. Asks for nobody else, so it tells nothing of others. */
export const matchesHint = (account: Account | undefined, hint: string): boolean => {
  if (!account) return false;
  const { email, phone_number, preferred_username } = account.claims;
  return [account.username, account.id, email, phone_number, preferred_username].some(
    (name) => typeof name === 'string' && foldUsername(name) === foldUsername(hint),
  );
};
