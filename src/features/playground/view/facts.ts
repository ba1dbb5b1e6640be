import { type Html, html } from '../../../views/html.ts';
import { relativeTime, utcDateTime } from '../../../views/time.ts';
import { words } from '../words.ts';

const times = new Set(['exp', 'iat', 'nbf', 'auth_time']);

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const timeText = (name: string, value: unknown, now: number): string | undefined => {
  if (!times.has(name) || typeof value !== 'number') return undefined;
  const seconds = value - Math.floor(now / 1000);
  const date = utcDateTime('en', new Date(value * 1000));
  return seconds > 0 ? `${date}, ${relativeTime('en', seconds)}` : date;
};

/** Lists names and values with their meanings. */
export const factsView = (facts: Readonly<Record<string, unknown>>, now: number): Html =>
  html`<dl class="facts-list explained">${Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const when = timeText(name, value, now);
      const meaning = words.meanings[name];
      return html`<div><dt><code>${name}</code></dt><dd><code>${valueText(value)}</code>${
        when !== undefined && html` <span class="hint">${when}</span>`
      }${meaning !== undefined && html`<p class="hint">${meaning}</p>`}</dd></div>`;
    })}</dl>`;
