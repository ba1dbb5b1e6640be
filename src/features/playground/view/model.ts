import type { Journal } from '../journal.ts';
import type { TabName } from '../words.ts';

export interface PlaygroundModel {
  readonly tab: TabName;
  readonly journal: Journal;
  readonly issuer: string;
  readonly csrf: string;
  /** Whether the demo's person is there to sign in as. */
  readonly demo: boolean;
  readonly now: number;
}
