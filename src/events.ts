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

export interface Events {
  emit(event: SecurityEvent): void;
  listen(listener: Listener): () => void;
}

export const createEvents = (onError: (error: unknown) => void): Events => {
  const listeners = new Set<Listener>();
  return {
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          onError(error);
        }
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
