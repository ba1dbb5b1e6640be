import { createHmac } from 'node:crypto';
import { Failure } from '../../errors.ts';
import type { Administrator } from '../../services/administration/index.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Document, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { InvalidRequest } from './problems.ts';

/** An answer as it is repeated. Secrets are shown once, so it has none. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface IdempotentRequest {
  /** A digest of the request that had the key first. */
  readonly request: string;
  /** Absent while that request is under way. */
  readonly answer?: Answer;
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** The same on all processes. A request may have a password, which its digest must not reveal. */
  readonly secret: () => string;
}

interface Keyed {
  readonly by: Administrator;
  /** Undefined for a request without the header. */
  readonly key: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

const format = record<IdempotentRequest>('idempotentRequest');
const pattern = /^[\x21-\x7e]{1,128}$/;
/** Longer than a request may take. What a crash leaves ends with it. */
const pendingMs = 60_000;
const keptMs = 24 * 3_600_000;

/**
 * Runs a request that has an `Idempotency-Key` once. A repetition gets the first answer, without the secrets that it
 * showed. A request that failed may be sent again with the same key.
 */
export const createRunOnce = ({ store, clock, secret }: Dependencies) => {
  const digest = (...parts: readonly unknown[]): string =>
    createHmac('sha256', `idempotent request ${secret()}`).update(JSON.stringify(parts)).digest('base64url');

  return async ({ by, key: name, method, url, body }: Keyed, run: () => Promise<Answer>): Promise<Answer> => {
    if (name === undefined) return run();
    if (!pattern.test(name))
      throw new InvalidRequest('Idempotency-Key has 1 to 128 visible ASCII characters.');
    const key: Key = {
      kind: kinds.idempotentRequest,
      family: digest(by.kind, by.id, name).slice(0, 32),
      id: '',
    };
    const request = digest(method, url, body);
    const pending = format.encode({ request });
    try {
      await store.commit([{ op: 'insert', key, body: pending, expiresAt: clock.now() + pendingMs }]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      const [first] = await store.read([key]);
      return repeat(first, request);
    }
    const answer = await run().catch(async (error: unknown) => {
      await store.commit([{ op: 'remove', key }]).catch(() => {});
      throw error;
    });
    const done = format.encode({ request, answer });
    // The change is made, so the caller hears of it. While its answer isn't stored, a repetition is refused.
    await store.commit([{ op: 'put', key, body: done, expiresAt: clock.now() + keptMs }]).catch(() => {});
    return answer;
  };
};

const repeat = (first: Document | undefined, request: string): Answer => {
  const { request: firstRequest, answer } = first ? format.decode(first.body) : { request };
  if (firstRequest !== request) {
    throw new Failure({
      code: 'idempotency_key_reused',
      status: 422,
      message: 'Another request had this Idempotency-Key: choose a new one for each request.',
    });
  }
  if (answer === undefined) {
    throw new Failure({
      code: 'request_in_progress',
      status: 409,
      message: 'The first request with this Idempotency-Key is still under way: try again in a moment.',
    });
  }
  return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
};
