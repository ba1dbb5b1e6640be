/**
 * Owns how an account is removed with what it has, whichever way it is deleted: by the person, by the administration, or by
 * a command.
 *
 * 1. One commit removes the account, and stores that the rest is still to be removed. From then on nothing of it works,
 *    because every use asks for the account.
 * 2. The rest follows at once: sessions and grants, passkeys, links to other identity providers.
 * 3. What fails on the way is repeated by the servers, at their start and every few minutes, until all of it is gone.
 *
 * forget.ts   removes what neither a session nor a grant is
 * removal.ts  the steps above
 */
export { createForgetAccount } from './forget.ts';
export { type AccountRemoval, createAccountRemoval } from './removal.ts';
