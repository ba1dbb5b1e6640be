import { RecordDamaged, StoreUnavailable } from '../../store/errors.ts';
import type { Entry, Store } from '../../store/port.ts';
import { recordKinds } from '../../store/record-kinds.ts';
import { collectFindings, type Finding } from './finding.ts';

/** A large store has millions of tokens. Reading goes on for this long. */
const maxMs = 5_000;
/** A store with more damaged records needs a backup and not a longer list. */
const maxFindings = 20;

/**
 * Bodies with a version are JSON, behind the digit of the version where the engine's storage wrote them. Those of the
 * playground are encrypted.
 */
const jsonKinds: ReadonlySet<string> = new Set(
  recordKinds.filter(({ name, version }) => version > 0 && name !== 'playground').map(({ stored }) => stored),
);

const isReadable = ({ body, fields }: Extract<Entry, { type: 'document' }>['document']): boolean => {
  try {
    JSON.parse(body.replace(/^\d(?=\{)/, ''));
    return Object.keys(fields).every((name) => name !== '');
  } catch {
    return false;
  }
};

/** Reads every record, as far as the time allows, and reports those that can't be read. */
export const checkRecords = async (store: Pick<Store, 'dump'>): Promise<readonly Finding[]> => {
  const { found, error } = collectFindings('store');
  const until = performance.now() + maxMs;
  const report = (message: string): void =>
    error(
      'record_damaged',
      message,
      'Restore the store from a backup, or remove the record: what it belongs to is refused until then.',
    );
  let cursor: string | undefined;
  try {
    do {
      const page = await store.dump(cursor);
      for (const entry of page.entries) {
        if (entry.type !== 'document' || !jsonKinds.has(entry.key.kind) || isReadable(entry.document))
          continue;
        const { kind, family, id } = entry.key;
        report(`The record ${[kind, family, id].filter(Boolean).join(' ')} is damaged.`);
      }
      cursor = page.next;
    } while (cursor !== undefined && performance.now() < until && found.length < maxFindings);
  } catch (fault) {
    if (fault instanceof RecordDamaged) report(`${fault.message}. Records after it were not looked at.`);
    else if (!(fault instanceof StoreUnavailable)) throw fault;
  }
  return found.slice(0, maxFindings);
};
