import type { Output } from '#src/command.ts';
import { toReadableLines } from '#src/readable-text.ts';

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Writes like `out`, and resolves when the reader has taken the text. */
  readonly outAndWait?: (text: string) => Promise<void>;
}

/** Texts of commands contain names that other people chose, which must not control the terminal. */
export const createOutput = (
  { out, err, outAndWait = async (text) => out(text) }: Streams,
  isJson: () => boolean,
): Output => ({
  answer(data, text) {
    out(`${isJson() ? JSON.stringify(data, null, 2) : toReadableLines(text)}\n`);
  },
  stream: outAndWait,
  note(text) {
    if (!isJson()) err(`${toReadableLines(text)}\n`);
  },
});
