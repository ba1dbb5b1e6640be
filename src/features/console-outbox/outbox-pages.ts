import { Failure } from '../../errors.ts';
import { type Administration, outboxPermissions } from '../../services/administration/index.ts';
import {
  type ConsoleHandler,
  type ConsoleVisit,
  consolePaths,
  doneMessageOf,
  pagingOf,
} from '../../services/console-pages/index.ts';
import { findWaiting, listWaiting, type QueueName, queueNames } from '../../services/outbox/index.ts';
import type { Store } from '../../store/port.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { outboxPage } from '../../views/console/operation/outbox.ts';
import { html } from '../../views/html.ts';
import { outboxPath } from './paths.ts';

export interface ConsoleOutboxDependencies {
  readonly store: Store;
  readonly administration: Pick<Administration, 'outbox'>;
}

const isQueue = (name: string): name is QueueName => queueNames.some((queue) => queue === name);

export const listOutbox =
  ({ store }: Pick<ConsoleOutboxDependencies, 'store'>): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { queue: name = 'requests' } = query;
    const queue = isQueue(name) ? name : 'requests';
    const { items, next } = await listWaiting(store, queue, pagingOf(query));
    const { outbox: text } = frame.text.operation;
    return {
      page: outboxPage(frame, {
        path: outboxPath,
        queue,
        queues: queueNames,
        rows: items,
        next,
        mayChange: by.permissions.has(outboxPermissions[queue]),
        failures: by.permissions.has('audit')
          ? `${consolePaths.audit}?type=delivery&outcome=failed`
          : undefined,
        done: doneMessageOf({ retried: text.retried, dropped: text.dropped }, query),
      }),
    };
  };

interface Action {
  readonly name: 'retry' | 'drop';
  readonly done: 'retried' | 'dropped';
  readonly queue: QueueName;
}

/** Asks before it acts. The message may be sent meanwhile. */
const actOn =
  (
    { store, administration }: Pick<ConsoleOutboxDependencies, 'store' | 'administration'>,
    { name, done, queue }: Action,
  ): ConsoleHandler =>
  async ({ by, frame, csrf, method, params }: ConsoleVisit) => {
    const { id = '' } = params;
    const { outbox: text } = frame.text.operation;
    if (method === 'POST') {
      await administration.outbox[name](by, queue, id);
      return { to: `${outboxPath}?queue=${queue}&done=${done}` };
    }
    const waiting = await findWaiting(store, queue, id);
    if (waiting === undefined)
      throw new Failure({ code: 'delivery_not_found', message: text.gone, status: 404 });
    const shown = html`<code>${waiting.kind}</code>`;
    return {
      page: consoleConfirmPage(frame, {
        title: name === 'retry' ? text.retryTitle : text.dropTitle,
        body: html`<p>${name === 'retry' ? text.retryBody(shown) : text.dropBody(shown)}</p>`,
        action: `${outboxPath}/${queue}/${encodeURIComponent(id)}/${name}`,
        csrf,
        back: `${outboxPath}?queue=${queue}`,
        submit: name === 'retry' ? text.retryTitle : text.dropTitle,
        ...(name === 'drop' && { isDanger: true as const }),
      }),
    };
  };

export const retryDelivery = (all: ConsoleOutboxDependencies, queue: QueueName): ConsoleHandler =>
  actOn(all, { name: 'retry', done: 'retried', queue });

export const dropMessage = (all: ConsoleOutboxDependencies, queue: QueueName): ConsoleHandler =>
  actOn(all, { name: 'drop', done: 'dropped', queue });
