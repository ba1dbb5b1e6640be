import { Failure } from '../../errors.ts';
import type { Administration } from '../../services/administration/index.ts';
import { type ConsoleHandler, type ConsoleVisit, consolePaths } from '../../services/console-pages/index.ts';
import {
  dropDelivery,
  kindOfWaiting,
  listWaiting,
  queueNames,
  sendNow,
} from '../../services/outbox/index.ts';
import type { Clock, Store } from '../../store/port.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { outboxPage } from '../../views/console/operation/outbox.ts';
import { html } from '../../views/html.ts';
import { outboxPath } from './paths.ts';

export interface ConsoleOutboxDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly administration: Pick<Administration, 'recordChange'>;
}

type QueueName = (typeof queueNames)[number];

const pageSize = 50;

const isQueue = (name: string): name is QueueName => queueNames.some((queue) => queue === name);

export const listOutbox =
  ({ store }: Pick<ConsoleOutboxDependencies, 'store'>): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { queue: name = 'requests', after, done } = query;
    const queue = isQueue(name) ? name : 'requests';
    const { items, next } = await listWaiting(store, queue, {
      limit: pageSize,
      ...(after !== undefined && { cursor: after }),
    });
    const { outbox: text } = frame.text.operation;
    return {
      page: outboxPage(frame, {
        path: outboxPath,
        queue,
        queues: queueNames,
        rows: items,
        next,
        mayChange: by.permissions.has('clients'),
        failures: by.permissions.has('audit')
          ? `${consolePaths.audit}?type=delivery&outcome=failed`
          : undefined,
        done: done === 'retried' ? text.retried : done === 'dropped' ? text.dropped : undefined,
      }),
    };
  };

interface Action {
  readonly name: 'retry' | 'drop';
  readonly done: 'retried' | 'dropped';
  readonly run: (queue: QueueName, id: string) => Promise<string | undefined>;
}

/** Asks before it acts. The message may be sent meanwhile. */
const actOn =
  (
    { store, administration }: Pick<ConsoleOutboxDependencies, 'store' | 'administration'>,
    { name, done, run }: Action,
  ): ConsoleHandler =>
  async ({ by, frame, csrf, form, params }: ConsoleVisit) => {
    const { queue = '', id = '' } = params;
    const { outbox: text } = frame.text.operation;
    const gone = (): Failure => new Failure({ code: 'delivery_not_found', message: text.gone, status: 404 });
    if (!isQueue(queue)) throw gone();
    if (form['csrf'] !== undefined) {
      const kind = await run(queue, id);
      if (kind === undefined) throw gone();
      administration.recordChange(by, { operation: `outbox.${name}`, details: { kind, delivery: id } });
      return { to: `${outboxPath}?queue=${queue}&done=${done}` };
    }
    const kind = await kindOfWaiting(store, queue, id);
    if (kind === undefined) throw gone();
    const shown = html`<code>${kind}</code>`;
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

export const retryDelivery = (all: ConsoleOutboxDependencies): ConsoleHandler =>
  actOn(all, {
    name: 'retry',
    done: 'retried',
    run: (queue, id) => sendNow(all.store, queue, id, all.clock.now()),
  });

export const dropMessage = (all: ConsoleOutboxDependencies): ConsoleHandler =>
  actOn(all, { name: 'drop', done: 'dropped', run: (queue, id) => dropDelivery(all.store, queue, id) });
