/**
 * Owns the record of security events: who, which client, what, how it ended, from where, in which request; each bound
 * to the one before it, so that tampering shows. It listens and never makes anybody wait. Not the log, nor metrics.
 */
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { SecretCipher } from './heads.ts';
import { createRecorder, type RecorderState } from './recorder.ts';

export { csvHead, csvLine } from './csv.ts';
export type { ChainHead } from './heads.ts';
export { type AuditQuery, listRecords } from './list-records.ts';
export type { RecorderState } from './recorder.ts';
export { verify } from './verify.ts';

interface Dependencies {
  readonly store: Store;
  readonly config: Pick<Config, 'audit'>;
  readonly clock: Clock;
  readonly events: Events;
  /** Asked for at the first record: what happened before there were keys is recorded too. */
  readonly cipher: () => SecretCipher | Promise<SecretCipher>;
  readonly onError: (error: unknown) => void;
  /** Added to the details of each event. */
  readonly extraDetails?: Readonly<Record<string, string>>;
}

export interface Audit {
  start(): Promise<() => Promise<void>>;
  state(): RecorderState;
}

const trimEveryMs = 3_600_000;
const dayMs = 86_400_000;

/** A cluster forgets the place of an expired record in a list only when somebody looks there. */
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
  });
  const stopListening = events.listen((event) =>
    recorder.record(extraDetails ? { ...event, details: { ...event.details, ...extraDetails } } : event),
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
