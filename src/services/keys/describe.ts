import type { Events } from '../../events.ts';
import type { KeyInfo } from './contract.ts';
import type { KeyEntry } from './entry.ts';
import type { Change } from './key-ring-store.ts';
import { stageOf } from './stages.ts';

const infoOf = (entry: KeyEntry, now: number): KeyInfo => ({
  kid: entry.kid,
  use: entry.use,
  ...(entry.use === 'sig' ? { alg: entry.jwk.alg } : {}),
  stage: stageOf(entry.stamps, now),
  held: entry.use === 'sig' ? entry.held : 'here',
  ...entry.stamps,
});

const rank = ({ use, alg }: KeyInfo): string => (alg ? `0 ${alg}` : `1 ${use}`);

/** Signing keys come before secrets, and in each series the newest key first. */
const bySeries = (a: KeyInfo, b: KeyInfo): number =>
  rank(a).localeCompare(rank(b)) || b.active_at - a.active_at;

export const describe = (entries: readonly KeyEntry[], now: number): readonly KeyInfo[] =>
  entries.map((entry) => infoOf(entry, now)).toSorted(bySeries);

/** Called only by the process whose change was committed. */
export const emitKeyChanges = (events: Events, { add, remove }: Change): void => {
  for (const draft of add) {
    const series = draft.use === 'sig' ? draft.jwk.alg : draft.use;
    const details = { kid: draft.kid, line: series, active_at: draft.stamps.active_at };
    events.emit({ type: 'key.added', outcome: 'ok', details });
  }
  for (const kid of remove) events.emit({ type: 'key.removed', outcome: 'ok', details: { kid } });
};
