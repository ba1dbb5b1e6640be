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
  /** Never contains a secret, code, token, password or cookie. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

type Listener = (event: SecurityEvent) => void;
type Outcome = SecurityEvent['outcome'];

export interface Events {
  emit(event: SecurityEvent): void;
  /** Calls the listener for events of these outcomes; without `outcomes` for every event. The result ends it. */
  listen(listener: Listener, outcomes?: readonly Outcome[]): () => void;
}

export const createEvents = (onError: (error: unknown) => void): Events => {
  const subscriptions = new Set<{
    readonly listener: Listener;
    readonly outcomes?: readonly Outcome[] | undefined;
  }>();
  return {
    emit(event) {
      for (const { listener, outcomes } of subscriptions) {
        if (outcomes && !outcomes.includes(event.outcome)) continue;
        try {
          listener(event);
        } catch (error) {
          onError(error);
        }
      }
    },
    listen(listener, outcomes) {
      const subscription = { listener, outcomes };
      subscriptions.add(subscription);
      return () => subscriptions.delete(subscription);
    },
  };
};
