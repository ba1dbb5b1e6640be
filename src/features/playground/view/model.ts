import type { Journal } from '../journal.ts';
import type { TabName } from '../words.ts';

export interface PlaygroundModel {
  readonly tab: TabName;
  readonly journal: Journal;
  readonly issuer: string;
  readonly csrf: string;
  /** The demo account exists. */
  readonly demo: boolean;
  readonly now: number;
}
