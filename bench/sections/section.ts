import type { Generator } from '../load/generator.ts';
import type { Effort, Measurement } from '../measure/rounds.ts';

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

interface SectionContext {
  readonly generator: Generator;
  readonly effort: Effort;
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
