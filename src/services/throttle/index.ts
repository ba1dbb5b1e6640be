/**
 * Owns how often a password, a user code or a registration may be tried. Everything is counted in the store, so that
 * all processes count together. What is tried, and what the refusal looks like, belongs to the caller; limits that need
 * no exact count are in rate-limits.
 *
 * An attempt to sign in passes these rules in order (sign-in-throttle.ts):
 *
 * 1. A retry is reserved for this name and address: before its time it has to wait, after it one attempt is allowed.
 * 2. Too many failures of this name from this address or device: a growing delay.
 * 3. A known device, or an address that this account signed in from: allowed.
 * 4. Too many attempts by strangers in this minute, from the address, on the account or through the client: a minute.
 * 5. Too many failures on this account from anywhere: a growing delay.
 * 6. Anything else: allowed.
 *
 * A delay reserves a retry. So the attempt that comes after it is allowed once, whatever others did meanwhile, and an
 * attempt that comes too early neither counts nor extends the delay.
 */
export { networkOf } from './network.ts';
export { createThrottle, type Throttle } from './throttle.ts';
