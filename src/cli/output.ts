import type { Output } from '#src/command.ts';

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export const createOutput = ({ out, err }: Streams, isJson: () => boolean): Output => ({
  answer(data, text) {
    out(`${isJson() ? JSON.stringify(data, null, 2) : text}\n`);
  },
  note(text) {
    if (!isJson()) err(`${text}\n`);
  },
});
