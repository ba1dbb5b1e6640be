import type { Path } from '../path.ts';
import type { Config } from '../sections/index.ts';
import type { Mistake } from '../validate/mistake.ts';

export interface Finding extends Mistake {
  readonly path: Path;
}

interface RuleContext {
  /** The value was read from a secret file: `…_file` or a `POSTERN_…_FILE` variable. */
  readonly isFromFile: (path: Path) => boolean;
}

/** A rule that spans several keys. It runs only if the sections in `needs` are valid on their own. */
export interface Rule {
  readonly needs: readonly (keyof Config)[];
  readonly check: (config: Config, context: RuleContext) => readonly Finding[];
}

export const when = (isBroken: boolean, path: Path, message: string): readonly Finding[] =>
  isBroken ? [{ path, message }] : [];
