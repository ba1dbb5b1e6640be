import type { Registry } from '@prometheus-io/client';
import type { RecorderState } from '../../services/audit/index.ts';
import type { KeyInfo } from '../../services/keys/index.ts';
import type { Readiness } from '../../services/readiness/index.ts';
import type { Clock } from '../../store/port.ts';
import { version } from '../../version.ts';

type Library = typeof import('@prometheus-io/client');

/** What the gauges read whenever metrics are collected. */
export interface Sources {
  readonly keys: { list(): readonly KeyInfo[]; faults(): readonly unknown[] };
  readonly accounts: { hashing(): { readonly running: number; readonly waiting: number } };
  readonly audit: { state(): RecorderState };
  readonly readiness: Pick<Readiness, 'check'>;
}

const seriesOf = ({ alg, use }: KeyInfo): string => alg ?? use;

export const createGauges = (
  { Gauge, Counter }: Library,
  register: Registry,
  clock: Clock,
  { keys, accounts, audit, readiness }: Sources,
): void => {
  const registers = [register];
  new Gauge({
    name: 'postern_info',
    help: 'Release of this server.',
    labelNames: ['version'],
    aggregator: 'first',
    registers,
  }).set({ version }, 1);
  new Gauge({
    name: 'postern_ready',
    help: '1 when traffic may be sent here, as /readyz says; of several workers, the worst.',
    aggregator: 'min',
    registers,
    async collect() {
      this.set((await readiness.check()).ready ? 1 : 0);
    },
  });
  new Gauge({
    name: 'postern_key_age_seconds',
    help: 'How long the key of a line (an algorithm, or a secret) has been in use.',
    labelNames: ['line'],
    aggregator: 'max',
    registers,
    collect() {
      this.reset();
      const now = clock.now();
      for (const key of keys.list()) {
        if (key.stage === 'active') this.set({ line: seriesOf(key) }, (now - key.active_at) / 1000);
      }
    },
  });
  new Gauge({
    name: 'postern_key_faults',
    help: 'Key records that can not be used; `postern doctor` says which.',
    aggregator: 'max',
    registers,
    collect() {
      this.set(keys.faults().length);
    },
  });
  new Gauge({
    name: 'postern_password_hashes',
    help: 'Password hashes being computed, and those waiting.',
    labelNames: ['state'],
    registers,
    collect() {
      const { running, waiting } = accounts.hashing();
      this.set({ state: 'running' }, running);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  new Gauge({
    name: 'postern_audit_waiting',
    help: 'Audit records that are not written yet.',
    registers,
    collect() {
      this.set(audit.state().waiting);
    },
  });
  const recorded = (name: string, help: string, count: (state: RecorderState) => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(count(audit.state()));
      },
    });
  };
  recorded('postern_audit_written_total', 'Audit records written.', ({ written }) => written);
  recorded(
    'postern_audit_dropped_total',
    'Audit records that were dropped because too many waited.',
    ({ dropped }) => dropped,
  );
};
