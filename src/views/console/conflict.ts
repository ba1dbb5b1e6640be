import { type Html, html } from '../html.ts';
import type { ConsoleFrame } from './frame.ts';
import { table } from './parts.ts';

export interface Difference {
  readonly label: string;
  readonly theirs: string;
  readonly yours: string;
}

/**
 * For a form whose record was changed after it was shown: what is saved now, and what this person typed. The form below
 * keeps the input and carries the version of now, so sending it again is a decision.
 */
export const conflictNotice = (
  { text: { conflict: text } }: ConsoleFrame,
  differences: readonly Difference[],
): Html => html`<div class="notice notice-warn console-conflict" role="alert">
    <p><strong>${text.title}</strong></p>
    <p>${text.why}</p>
    ${
      differences.length > 0 &&
      table(
        text.title,
        [
          { label: text.field, cell: ({ label }) => label },
          { label: text.theirs, cell: ({ theirs }) => theirs },
          { label: text.yours, cell: ({ yours }) => yours },
        ],
        differences,
      )
    }
    <p>${text.keep}</p>
  </div>`;
