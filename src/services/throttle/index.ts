/**
 * Owns how often a password, a user code or a registration may be tried. Everything is counted in the store, so that
 * all processes count together: attempts in count.ts, failures of strangers in failure-record.ts, those of known devices
 * and addresses in known-origin.ts, and guesses at what belongs to no account in network-failures.ts. Codes have both
 * rules, except on known devices and at known addresses (code-attempts.ts). What is tried, and what the refusal looks like,
 * belongs to the caller; limits that need no exact count are in rate-limits.
 *
 * An attempt to sign in is either known or a stranger's. Known is a device by its cookie, or an address that this
 * account signed in from, until the account gets a new password (known-origin.ts). Known attempts pass the first two rules
 * with their own counts, and no others (known-attempts.ts), as long as the known devices of the account don't fail too
 * often together (devices-together.ts). A stranger is its site, an IPv4 address or a /48, and passes all of them
 * (stranger-attempts.ts):
 *
 * 1. A hold of this origin on this account: before its time it has to wait. A hold with a reserved slot is allowed.
 * 2. Too many attempts of this origin on this account: a growing delay, which makes a hold.
 * 3. Too many attempts in this minute from the network or its site, over all accounts: a minute.
 * 4. The slots of the account (turns.ts): ten a minute, six of them for sites with fewer than five failures. After 100
 *    failures a growing time between two attempts. Without a slot: a hold, with one of the next slots if there is one.
 * 5. Too many attempts by strangers through the client in this minute: a minute.
 *
 * Each attempt whose password is checked took a slot of its own, also after a hold. So strangers together never exceed
 * the slots of the account. An attempt that comes too early neither counts nor extends a delay.
 */
export type { Attempt } from './attempt.ts';
export { takeMessageToDomain } from './message-domains.ts';
export { takeMessage } from './message-requests.ts';
export { networkOf, networksPerSite, siteOf } from './network.ts';
export { createThrottle, type Throttle } from './throttle.ts';
export type { Verdict } from './verdict.ts';
