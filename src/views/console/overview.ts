import { type Html, html } from '../html.ts';
import type { SignInRange } from '../languages/console/overview/messages.ts';
import { ownPath, webUrl } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';
import { moment, table } from './parts.ts';
import { type EntryModel, renderEntries } from './record.ts';

export interface OverviewModel {
  readonly counts: readonly {
    readonly what: 'accounts' | 'groups' | 'clients';
    /** `200+` where there are more than were counted. */
    readonly value: string;
    /** Absent where the console has no such page. */
    readonly href: string | undefined;
  }[];
  readonly signIns: {
    readonly range: SignInRange;
    readonly ranges: readonly { readonly range: SignInRange; readonly href: string }[];
    /** The oldest first; `at` in milliseconds since the epoch. */
    readonly points: readonly { readonly at: number; readonly ok: number; readonly failed: number }[];
  };
  /** Absent when there is enough to work with. */
  readonly firstSteps:
    | readonly {
        readonly step: 'client' | 'person' | 'factor' | 'mail';
        readonly href: string | undefined;
        readonly command: string | undefined;
        readonly isDone: boolean;
      }[]
    | undefined;
  /** Absent where nothing is recorded, or the person may not read it. */
  readonly entries: readonly EntryModel[] | undefined;
  readonly record: string | undefined;
}

const addressOf = (href: string): string => webUrl(href) ?? ownPath(href);

const renderSteps = ({ text }: ConsoleFrame, { firstSteps }: OverviewModel): Html | undefined => {
  if (firstSteps === undefined) return undefined;
  const { firstSteps: words } = text.overview;
  return html`<section aria-labelledby="first-steps"><h2 id="first-steps">${words.title}</h2>
    <ol class="console-list">${firstSteps.map(({ step, href, command, isDone }) => {
      const label = words.steps[step];
      return html`<li>${
        isDone
          ? html`${label} <span class="badge">${words.done}</span>`
          : html`${href === undefined ? label : html`<a href="${addressOf(href)}">${label}</a>`}${command !== undefined && html`<br><code>${command}</code>`}`
      }</li>`;
    })}</ol></section>`;
};

const renderCounts = ({ text }: ConsoleFrame, { counts }: OverviewModel): Html => {
  const { counts: words } = text.overview;
  return html`<dl class="console-counts" aria-label="${words.title}">${counts.map(
    ({ what, value, href }) =>
      html`<div><dt>${words[what]}</dt><dd>${href === undefined ? value : html`<a href="${ownPath(href)}">${value}</a>`}</dd></div>`,
  )}</dl>`;
};

const renderSignIns = (frame: ConsoleFrame, { signIns }: OverviewModel): Html => {
  const { signIns: words } = frame.text.overview;
  const { range, ranges, points } = signIns;
  const totalOf = (name: 'ok' | 'failed'): number => points.reduce((sum, point) => sum + point[name], 0);
  return html`<section aria-labelledby="sign-ins"><h2 id="sign-ins">${words.title}</h2>
    <nav aria-label="${words.period}"><ul class="inline-links">${ranges.map((one) =>
      one.range === range
        ? html`<li><strong aria-current="true">${words.ranges[one.range]}</strong></li>`
        : html`<li><a href="${ownPath(one.href)}">${words.ranges[one.range]}</a></li>`,
    )}</ul></nav>
    <p class="sign-in-totals">${words.summary(totalOf('ok'), totalOf('failed'))}</p>
    <details><summary>${words.table}</summary>${table(
      words.title,
      [
        { label: words.time, cell: ({ at }) => moment(frame, at) },
        { label: words.ok, cell: ({ ok }) => ok },
        { label: words.failed, cell: ({ failed }) => failed },
      ],
      points.toReversed(),
    )}</details>
  </section>`;
};

const renderRecord = (frame: ConsoleFrame, { entries, record }: OverviewModel): Html | undefined => {
  if (entries === undefined) return undefined;
  const { overview: words } = frame.text;
  return html`<section aria-labelledby="recent"><h2 id="recent">${words.recent}</h2>
    ${entries.length === 0 ? html`<p>${words.nothing}</p>` : renderEntries(frame, words.recent, entries, { withAccount: true })}
    ${record !== undefined && html`<p><a href="${ownPath(record)}">${words.all}</a></p>`}
  </section>`;
};

export const overviewPage = (frame: ConsoleFrame, model: OverviewModel): string => {
  const { overview: text } = frame.text;
  return consolePage(frame, {
    title: text.title,
    body: html`
    <p>${text.mayDo[frame.role]}</p>
    ${renderSteps(frame, model)}
    ${renderCounts(frame, model)}
    ${renderSignIns(frame, model)}
    ${renderRecord(frame, model)}`,
  });
};
