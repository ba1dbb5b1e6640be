import type { Generator } from '../load/generator.ts';
import type { Effort } from '../measure/rounds.ts';
import type { Measurement } from '../measure/summary.ts';

/** One table of the report. */
interface Table {
  readonly title: string;
  readonly note?: string;
  readonly rows: readonly Measurement[];
}

/** A table of single values. */
interface Values {
  readonly title: string;
  readonly note?: string;
  readonly values: Readonly<Record<string, string | number>>;
}

export type Result = Table | Values;

export interface SectionContext {
  readonly generator: Generator;
  readonly effort: Effort;
  /** How often the section flows starts its subjects, which share the rounds. */
  readonly starts: number;
  /** Measures fewer and shorter rounds. */
  readonly quick: boolean;
  /** Names of flows; empty: all. */
  readonly flowNames: readonly string[];
  /** Parts of the names of subjects; empty: all. */
  readonly labelFilters: readonly string[];
  /** The folder that processor profiles of Postern are written to. */
  readonly profile?: string;
  readonly report: (result: Result) => void;
}

export type Section = (context: SectionContext) => Promise<void>;
