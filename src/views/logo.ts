import { html } from './html.ts';

/** A small gate in a wall, half open, with light behind it. `icon.svg` is the same drawing. */
export const logo = html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <path class="mark-wall" d="M2 5a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v2.5h4.5V5a1 1 0 0 1 1-1h5a1 1 0 0 1 1 1v2.5H24V5a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v23a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1Z"/>
      <path class="mark-light" d="M9 29V19a7 7 0 0 1 14 0v10Z"/>
      <path class="mark-door" d="M9 29V19a7 7 0 0 1 5.5-6.83L18 16v13Z"/>
      <circle class="mark-light" cx="15.6" cy="22.4" r="1.1"/>
    </svg>`;
