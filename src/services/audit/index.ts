/**
 * Owns the audit record: a record of every security event, with the person, the client, the outcome, the address and
 * the request. It listens to events and never delays a request. The log and metrics are separate.
 *
 * 1. An event is emitted after its commit, and recorder.ts queues it. Every 250 ms make-records.ts decides by the class of
 *    each event (event-class.ts) whether it gets a record of its own or is counted into a record of many
 *    (merge-events.ts).
 * 2. recorder.ts then writes the records in batches. When the store is unavailable it retries; when the queue is full it
 *    drops events and records how many.
 * 3. chain.ts appends the batch to the chain of this process. Each record holds the hash of the record before it, and
 *    the encrypted head of the chain (heads.ts) says where it ends.
 * 4. verify.ts walks every chain back from its head, and so finds records that were changed, moved or removed.
 */
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import type { SpaceLeft } from './merge-events.ts';
import { createRecorder, type RecorderState } from './recorder.ts';

export { namesOfSubjects, resolveAccounts } from './account-names.ts';
export { csvHead, csvLine } from './csv.ts';
export type { ChainHead } from './heads.ts';
export { type AuditQuery, listRecords } from './list-records.ts';
export type { AuditRecord } from './record.ts';
export type { RecorderState } from './recorder.ts';
export { verify } from './verify.ts';

interface Dependencies {
  readonly store: Store;
  readonly config: Pick<Config, 'audit'>;
  readonly clock: Clock;
  readonly events: Events;
  /** Called when the first record is written, so that events before the keys exist are recorded too. */
  readonly cipher: () => SecretCipher | Promise<SecretCipher>;
  readonly onError: (error: unknown) => void;
  /** Without it, space is never short. */
  readonly spaceLeft?: () => SpaceLeft;
  /** Added to the details of every event. */
  readonly extraDetails?: Readonly<Record<string, string>>;
}

export interface Audit {
  start(): Promise<() => Promise<void>>;
  state(): RecorderState;
}

const trimEveryMs = 3_600_000;
const dayMs = 86_400_000;

/** On a cluster, reading an index is what removes the entries of expired records. */
const trim = (store: Store, clock: Clock, days: number): void => {
  if (days === 0) return;
  store.list('audit', 'all', { limit: 1_000, to: clock.now() - days * dayMs }).catch(() => {});
};

const emptyState: RecorderState = { waiting: 0, written: 0, dropped: 0 };

export const createAudit = ({
  store,
  config,
  clock,
  events,
  cipher,
  onError,
  spaceLeft = () => 'enough',
  extraDetails,
}: Dependencies): Audit => {
  if (!config.audit.enabled) {
    return { state: () => emptyState, start: async () => async () => {} };
  }
  const recorder = createRecorder({
    store,
    clock,
    cipher,
    retentionDays: config.audit.retention_days,
    onError,
    spaceLeft,
  });
  const stopListening = events.listen(
    extraDetails
      ? (event) => recorder.record({ ...event, details: { ...event.details, ...extraDetails } })
      : recorder.record,
  );
  return {
    state: recorder.state,
    async start() {
      const stop = recorder.start();
      const trimming = setInterval(
        () => trim(store, clock, config.audit.retention_days),
        trimEveryMs,
      ).unref();
      return async () => {
        clearInterval(trimming);
        stopListening();
        await stop();
      };
    },
  };
};
