/**
 * Owns ending what an account is signed in to and what clients hold for it. The engine makes sessions and grants, and
 * ends single ones; the logout page and notifications of clients belong to features/logout.
 */
export { endDisabledAccounts } from './end-disabled.ts';
export { createEndEverything, type EndEverything, type Ended } from './end-everything.ts';
export { logoutDelivery } from './logout-notification.ts';
