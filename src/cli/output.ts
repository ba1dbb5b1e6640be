import type { Output } from '#src/command.ts';

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Writes like `out`, and resolves when the reader has taken the text. */
  readonly outAndWait?: (text: string) => Promise<void>;
}

export const createOutput = (
  { out, err, outAndWait = async (text) => out(text) }: Streams,
  isJson: () => boolean,
): Output => ({
  answer(data, text) {
    out(`${isJson() ? JSON.stringify(data, null, 2) : text}\n`);
  },
  stream: outAndWait,
  note(text) {
    if (!isJson()) err(`${text}\n`);
  },
});
