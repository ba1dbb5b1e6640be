import { type Html, html } from '../html.ts';

interface Series {
  /** Colour and dash come from the style sheet: `chart-ok`, `chart-failed`. */
  readonly class: string;
  readonly label: string;
  readonly values: readonly number[];
}

const width = 640;
const height = 160;
const padding = 4;

/** The largest value of the axis: 1, 2 or 5 times a power of ten. */
const axisTop = (largest: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1)));
  return ([1, 2, 5, 10].find((step) => step * power >= largest) ?? 10) * power;
};

/** Lines over time, without a script. `summary` says what they show; a table has the numbers. */
export const lineChart = (summary: string, series: readonly Series[]): Html => {
  const top = axisTop(Math.max(0, ...series.flatMap(({ values }) => values)));
  const pointsOf = (values: readonly number[]): string =>
    values
      .map((value, at) => {
        const x = (at / Math.max(1, values.length - 1)) * width;
        const y = height - padding - (value / top) * (height - 2 * padding);
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      })
      .join(' ');
  return html`<figure class="chart">
    <span class="chart-top" aria-hidden="true">${top}</span>
    <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${summary}">
      <line class="chart-base" x1="0" x2="${width}" y1="${height - padding}" y2="${height - padding}"/>
      ${series.map(({ class: name, values }) => html`<polyline class="${name}" points="${pointsOf(values)}"/>`)}
    </svg>
    <figcaption>${series.map(
      ({ class: name, label }) =>
        html`<span class="chart-key"><svg viewBox="0 0 24 4" aria-hidden="true"><line class="${name}" x1="0" x2="24" y1="2" y2="2"/></svg>${label}</span> `,
    )}</figcaption>
  </figure>`;
};
