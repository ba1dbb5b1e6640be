import { isMisleading, toReadable } from './readable-text.ts';

/**
 * Something that happened, emitted after it was committed. Audit, metrics and logs listen. No request waits for a
 * listener, and an error in one doesn't reach the others.
 */
export interface SecurityEvent {
  /** `token.issued`, `code.replayed`, `sign-in.failed` … */
  readonly type: string;
  readonly outcome: 'ok' | 'refused' | 'failed';
  /** The reason as a stable code: `invalid_grant`, `wrong_password` … */
  readonly reason?: string;
  readonly client?: string;
  readonly account?: string;
  readonly address?: string;
  /** The id of the request, as in the log and on error pages. */
  readonly correlation?: string;
  /**
   * Never contains a secret, code, token, password or cookie. A value that a caller chose is replaced by a known name
   * where there is a list of names.
   */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The detail, and the label of metrics, that names the endpoint of a request: `engine`, `json` or `cli`. Audit records and
 * dashboards read it by this name, so the name stays.
 */
export const endpointDetail = 'door';

type Listener = (event: SecurityEvent) => void;
type Outcome = SecurityEvent['outcome'];

export interface Events {
  emit(event: SecurityEvent): void;
  /** Calls the listener for events of these outcomes and types; without them for every event. The result ends it. */
  listen(listener: Listener, outcomes?: readonly Outcome[], types?: readonly string[]): () => void;
}

const maxTextLength = 256;

/** Nearly every text of an event is one, and has nothing to replace. */
const plainText = /^[\x20-\x7e]{0,256}$/;

/** A caller may have chosen any text of an event. So it is short, and can't forge a line of a log or of a table. */
const clean = (text: string): string =>
  toReadable(text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text);

const isClean = (value: unknown): boolean =>
  typeof value !== 'string' ||
  plainText.test(value) ||
  (value.length <= maxTextLength && !isMisleading(value));

const areClean = (values: object): boolean => {
  for (const value of Object.values(values)) if (!isClean(value)) return false;
  return true;
};

const hasCleanTexts = (event: SecurityEvent): boolean =>
  areClean(event) && (event.details === undefined || areClean(event.details));

const withCleanTexts = ({
  reason,
  client,
  account,
  address,
  details,
  ...event
}: SecurityEvent): SecurityEvent => ({
  ...event,
  ...(reason !== undefined && { reason: clean(reason) }),
  ...(client !== undefined && { client: clean(client) }),
  ...(account !== undefined && { account: clean(account) }),
  ...(address !== undefined && { address: clean(address) }),
  ...(details && {
    details: Object.fromEntries(
      Object.entries(details).map(([name, value]) => [
        name,
        typeof value === 'string' ? clean(value) : value,
      ]),
    ),
  }),
});

export const createEvents = (onError: (error: unknown) => void): Events => {
  const subscriptions = new Set<{
    readonly listener: Listener;
    readonly outcomes?: readonly Outcome[] | undefined;
    readonly types?: readonly string[] | undefined;
  }>();
  return {
    emit(given) {
      const event = hasCleanTexts(given) ? given : withCleanTexts(given);
      for (const { listener, outcomes, types } of subscriptions) {
        if (outcomes && !outcomes.includes(event.outcome)) continue;
        if (types && !types.includes(event.type)) continue;
        try {
          listener(event);
        } catch (error) {
          onError(error);
        }
      }
    },
    listen(listener, outcomes, types) {
      const subscription = { listener, outcomes, types };
      subscriptions.add(subscription);
      return () => subscriptions.delete(subscription);
    },
  };
};
