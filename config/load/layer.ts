import type { Path } from '../path.ts';
import type { Problem, Source } from '../problems.ts';

/** One key that a source sets. */
export interface Assignment {
  readonly path: Path;
  readonly value: unknown;
  readonly source: Source;
  /** For messages: `postern.yaml:4:9`, `POSTERN_LISTEN__PORT`, `--port`. */
  readonly where: string;
}

/** What one source sets. File names in it are relative to `folder`. */
export interface Layer {
  readonly folder: string;
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
  /** More exact than `where` of the assignment: the line of a key inside a list. */
  readonly locate?: (path: Path) => string | undefined;
}
