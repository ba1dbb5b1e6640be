import type { Account } from '../accounts/index.ts';

/**
 * The name under which attempts at the second factor are counted. It is a count of its own: someone who knows the password
 * must not reset it by typing the password again.
 */
export const factorAttemptsOf = ({ id }: Pick<Account, 'id'>): string => `second factor of ${id}`;
