import { type Html, html } from '../html.ts';
import type { ConsoleFrame } from './frame.ts';
import { dottedName, moment, table } from './parts.ts';

/** An entry of the audit record, in short. */
export interface EntryModel {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The name of the event, which is the same in each language. */
  readonly type: string;
  readonly outcome: string;
  readonly reason: string | undefined;
  /** The user name, or the id of an account that is gone. */
  readonly account: string | undefined;
  readonly client: string | undefined;
  readonly address: string | undefined;
}

export const renderEntries = (
  frame: ConsoleFrame,
  caption: string,
  entries: readonly EntryModel[],
  { withAccount = false }: { readonly withAccount?: boolean } = {},
): Html => {
  const { entries: text } = frame.text;
  return table(
    caption,
    [
      { label: text.time, cell: ({ at }) => moment(frame, at) },
      {
        label: text.event,
        cell: ({ type, outcome, reason }) =>
          html`${dottedName(type)}${outcome !== 'ok' && html` <span class="badge badge-warn">${text.outcomes[outcome === 'refused' ? 'refused' : 'failed']}</span>`}${reason !== undefined && html` ${reason}`}`,
      },
      ...(withAccount ? [{ label: text.account, cell: ({ account }: EntryModel) => account }] : []),
      { label: text.client, cell: ({ client }) => client },
      { label: text.address, cell: ({ address }) => address },
    ],
    entries,
  );
};
