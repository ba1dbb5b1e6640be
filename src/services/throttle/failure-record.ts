import type { Clock, Document, Key, Store } from '../../store/port.ts';
import { readRecord } from '../../store/record.ts';
import { updateDocument } from './update-document.ts';

const minute = 60_000;
/** With so many failures a site is no newcomer any more. */
const newcomerFailures = 2;
const maxSites = 64;
/** A few failures are forgotten within an hour, so names that are made up don't stay. */
const fewFailures = 10;

/**
 * The failures of strangers on one account since the last success of a stranger. Or those of a network, with accounts in
 * the place of sites.
 */
export interface FailureRecord {
  readonly failures: number;
  /** The failures of newcomers. One site adds two of them at most, whatever it does. */
  readonly byNewcomers: number;
  /** When the last one happened, in milliseconds since the epoch. */
  readonly last: number;
  /** How often each site failed, by its bucket. */
  readonly sites: Readonly<Record<string, number>>;
}

const none: FailureRecord = { failures: 0, byNewcomers: 0, last: 0, sites: {} };

export const readFailures = (document: Document | undefined): FailureRecord =>
  document ? readRecord('accountFailures', () => ({ ...none, ...JSON.parse(document.body) })) : none;

/** `earlierAttempts` are those of the last minutes, whose passwords may still be checked. */
export const isNewcomer = ({ sites }: FailureRecord, site: string, earlierAttempts = 0): boolean =>
  Math.max(sites[site] ?? 0, earlierAttempts) < newcomerFailures;

/** Sites beyond the maximum are forgotten, those with the fewest failures first. Forgotten sites are newcomers again. */
const limitSites = (sites: FailureRecord['sites']): FailureRecord['sites'] => {
  const entries = Object.entries(sites);
  if (entries.length <= maxSites) return sites;
  return Object.fromEntries(entries.sort(([, a], [, b]) => b - a).slice(0, maxSites));
};

const addFailure = (record: FailureRecord, site: string, now: number): FailureRecord => ({
  failures: record.failures + 1,
  byNewcomers: record.byNewcomers + (isNewcomer(record, site) ? 1 : 0),
  last: now,
  sites: limitSites({ ...record.sites, [site]: (record.sites[site] ?? 0) + 1 }),
});

const lifetimeOf = ({ failures }: FailureRecord): number => (failures <= fewFailures ? 60 : 24 * 60) * minute;

interface FailureContext {
  readonly clock: Clock;
  /** What was read before the password was checked. */
  readonly document: Document | undefined;
  readonly site: string;
}

/** Counts a failure and returns the new record. */
export const recordFailure = async (
  store: Store,
  key: Key,
  { clock, document, site }: FailureContext,
): Promise<FailureRecord> => {
  let record = none;
  await updateDocument(store, key, document, (current) => {
    const now = clock.now();
    record = addFailure(readFailures(current), site, now);
    return { body: JSON.stringify(record), expiresAt: now + lifetimeOf(record) };
  });
  return record;
};

interface Stored {
  readonly store: Store;
  readonly key: Key;
  /** What was read before. */
  readonly document: Document | undefined;
}

/** Takes back the failures of one site. A site that was forgotten leaves its failures. */
export const forgetFailuresOf = (site: string, { store, key, document }: Stored): Promise<void> =>
  updateDocument(store, key, document, (current) => {
    const record = readFailures(current);
    const { [site]: failures = 0, ...sites } = record.sites;
    if (failures === 0) return undefined;
    return { body: JSON.stringify({ ...record, failures: record.failures - failures, sites }) };
  });
