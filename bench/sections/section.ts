import type { Generator } from '../load/generator.ts';
import type { Effort, Measured } from '../measure/rounds.ts';

/** One table of the report. */
interface Table {
  readonly title: string;
  readonly note?: string;
  readonly rows: readonly Measured[];
}

/** A table of single values. */
interface Facts {
  readonly title: string;
  readonly note?: string;
  readonly values: Readonly<Record<string, string | number>>;
}

export type Finding = Table | Facts;

interface Bench {
  readonly generator: Generator;
  readonly effort: Effort;
  /** Less of everything. */
  readonly quick: boolean;
  /** Names of flows; empty: all. */
  readonly wanted: readonly string[];
  /** Parts of the names of contestants; empty: all. */
  readonly only: readonly string[];
  /** Where processor profiles of Postern go, if they are wanted. */
  readonly profile?: string;
  /** Another checkout of Postern, to compare with. */
  readonly against?: string;
  readonly tell: (finding: Finding) => void;
}

export type Section = (bench: Bench) => Promise<void>;
