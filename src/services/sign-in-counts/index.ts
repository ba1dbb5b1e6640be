/**
 * Owns the counts of sign-ins for the overview of the administration: how many succeeded and failed in each hour. A
 * sign-in never waits for them.
 *
 * 1. Each process counts its events in memory.
 * 2. A minute after the first one, and when it stops, it writes its counts into the document of the hour, where it has a
 *    field of its own. So processes never overwrite each other, and a process that is killed loses a minute.
 * 3. Readers add up the fields.
 */
export { createSignInCounts, type SignInCounts } from './sign-in-counts.ts';
