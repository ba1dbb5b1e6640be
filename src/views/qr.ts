import { type Html, html } from './html.ts';

/** A QR code as one path. It is dark on white in dark mode too, because many readers need that. */
export interface QrCode {
  readonly size: number;
  readonly path: string;
}

export const renderQr = ({ size, path }: QrCode, label: string): Html =>
  html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path d="${path}"/></svg>`;
