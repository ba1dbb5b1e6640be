/** Draws sequence diagrams as SVG, in the colours of the reader's light or dark scheme. */

export interface Diagram {
  readonly title: string;
  /** Who takes part, from left to right. */
  readonly actors: readonly string[];
  readonly steps: readonly Step[];
}

type Step =
  | { readonly from: number; readonly to: number; readonly text: string }
  /** Something that happens within one actor. */
  | { readonly at: number; readonly text: string };

const laneWidth = 240;
const stepHeight = 52;
const headHeight = 64;
const margin = 24;

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const laneCentre = (actor: number): number => margin + laneWidth * actor + laneWidth / 2;

const style = `text{font:14px system-ui,sans-serif;fill:#1f2328}.head{font-weight:600}.lane{stroke:#8c959f;stroke-dasharray:3 4}.arrow{stroke:#0a58ca;stroke-width:1.5;fill:none}.tip{fill:#0a58ca}.box{fill:#f6f8fa;stroke:#8c959f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.lane{stroke:#6e7681}.arrow{stroke:#79b8ff}.tip{fill:#79b8ff}.box{fill:#161b22;stroke:#6e7681}}`;

const drawActor = (name: string, actor: number, height: number): string => {
  const x = laneCentre(actor);
  return `<rect class="box" x="${x - 90}" y="12" width="180" height="36" rx="6"/><text class="head" x="${x}" y="35" text-anchor="middle">${escapeXml(name)}</text><line class="lane" x1="${x}" x2="${x}" y1="48" y2="${height - 12}"/>`;
};

const drawStep = (step: Step, order: number): string => {
  const y = headHeight + stepHeight * order + 34;
  const text = `${order + 1}. ${escapeXml(step.text)}`;
  if ('at' in step) {
    const x = laneCentre(step.at);
    const width = Math.max(180, text.length * 7.4);
    return `<rect class="box" x="${x - width / 2}" y="${y - 22}" width="${width}" height="32" rx="4"/><text x="${x}" y="${y - 1}" text-anchor="middle">${text}</text>`;
  }
  const [from, to] = [laneCentre(step.from), laneCentre(step.to)];
  const direction = Math.sign(to - from);
  const tip = `${to},${y} ${to - 9 * direction},${y - 5} ${to - 9 * direction},${y + 5}`;
  return `<line class="arrow" x1="${from}" x2="${to - 8 * direction}" y1="${y}" y2="${y}"/><polygon class="tip" points="${tip}"/><text x="${(from + to) / 2}" y="${y - 8}" text-anchor="middle">${text}</text>`;
};

export const drawDiagram = ({ title, actors, steps }: Diagram): string => {
  const width = margin * 2 + laneWidth * actors.length;
  const height = headHeight + stepHeight * steps.length + 36;
  const parts = [...actors.map((name, actor) => drawActor(name, actor, height)), ...steps.map(drawStep)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><title>${escapeXml(title)}</title><style>${style}</style>${parts.join('')}</svg>\n`;
};
