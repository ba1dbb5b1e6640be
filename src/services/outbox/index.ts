/**
 * Owns what other servers are told in the background: kept in the store with the work that causes it, sent after the
 * commit, tried again a few times with growing pauses, by whichever process is there. Not what is said, nor to whom.
 */
export { createOutbox, type Outbox } from './outbox.ts';
