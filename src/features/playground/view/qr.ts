import { encode } from 'uqr';
import { type Html, html } from '../../../views/html.ts';
import { words } from '../words.ts';

/** Draws the code as one SVG path, which scales without blur and needs no script and no image. */
export const qrView = (link: string, code: string): Html => {
  const { data, size } = encode(link, { border: 2 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${words.qr(code)}" shape-rendering="crispEdges"><path d="${path}"/></svg>
  <p class="big-code"><code>${code}</code></p>`;
};
