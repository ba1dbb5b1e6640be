/**
 * Owns the question "with which account?". The engine asks it with `prompt=select_account`, or when `login_hint` names
 * another account than the one that is signed in. A browser has one session, so the choice is between the account that
 * is signed in and signing in with another one. Signing in belongs to features/sign-in.
 *
 * GET /interaction/:uid (prompt `select_account`)
 *   the account was disabled or removed -> back to the engine, which asks for a sign-in
 *   otherwise                           -> page with the account and "use another account"
 * POST /interaction/:uid
 *   `account` is the signed-in account  -> back to the engine with that choice
 *   anything else                       -> back to the engine, which asks for a sign-in
 */
import type { Feature } from '../../feature.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { createSelectAccountPrompt } from './prompt.ts';
import { createSelectAccountStep } from './select-account-step.ts';

export const selectAccount = (accounts: Accounts): Feature => ({
  name: 'select-account',
  steps: [createSelectAccountStep(accounts, createSelectAccountPrompt(accounts))],
});
