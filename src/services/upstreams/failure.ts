/**
 * Why a sign-in by an upstream came to nothing.
 *
 * - `unavailable`: the upstream can't be reached, or says that it is out of order.
 * - `denied`: the person, or the upstream, said no.
 * - `invalid`: its response is not one that may be believed.
 * - `not_allowed`: the response is right, and the operator does not allow this identity.
 */
export type UpstreamProblem = 'unavailable' | 'denied' | 'invalid' | 'not_allowed';

interface Options {
  readonly cause?: unknown;
  /** The error code of the upstream (RFC 6749 §4.1.2.1, §5.2). */
  readonly error?: string | undefined;
  /** A stable code for what was wrong with the response. */
  readonly detail?: string | undefined;
}

/** Sign-in pages and the endpoint for logout tokens catch it, and answer with a page or code of their own. */
export class UpstreamFailure extends Error {
  readonly problem: UpstreamProblem;
  readonly error: string | undefined;
  readonly detail: string | undefined;

  constructor(problem: UpstreamProblem, { cause, error, detail }: Options = {}) {
    super(`sign-in by an upstream failed: ${problem}`, { cause });
    this.name = 'UpstreamFailure';
    this.problem = problem;
    this.error = error;
    this.detail = detail;
  }
}

/** Codes of an upstream go into the log and the audit record, so only what looks like one does. */
const errorCode = /^[a-z0-9_.-]{1,64}$/i;
const outOfOrder: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);

/** The members that errors of openid-client, oauth4webapi and Node may have. A cause may also be a `Response`. */
interface Foreign {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly error?: unknown;
  readonly status?: unknown;
  readonly cause?: unknown;
}

const interrupted: ReadonlySet<unknown> = new Set(['TimeoutError', 'AbortError']);
const systemError = /^(E[A-Z]+|CERT_|DEPTH_|UNABLE_|SELF_SIGNED|OAUTH_TIMEOUT$|OAUTH_ABORT$)/;

/** Errors of the system (`ECONNREFUSED`, `ENOTFOUND`, certificates), of a time limit, and answers with 5xx. */
const isUnreachable = (error: unknown, depth = 0): boolean => {
  if (typeof error !== 'object' || error === null || depth > 4) return false;
  const { name, code, status, cause }: Foreign = error;
  return (
    interrupted.has(name) ||
    (typeof code === 'string' && systemError.test(code)) ||
    Number(status) >= 500 ||
    isUnreachable(cause, depth + 1)
  );
};

/** For the log. Errors of the libraries carry the response with its tokens and claims, so only their sentences are kept. */
export const describeFailure = ({ problem, error, detail, cause }: UpstreamFailure) => {
  const sentences: string[] = [];
  for (let at: unknown = cause; at instanceof Error && sentences.length < 4; at = at.cause)
    sentences.push(at.message);
  return { problem, error, detail, message: sentences.join(': ') };
};

export const toUpstreamFailure = (error: unknown): UpstreamFailure => {
  if (error instanceof UpstreamFailure) return error;
  const foreign: Foreign = Object(error);
  const code = typeof foreign.error === 'string' && errorCode.test(foreign.error) ? foreign.error : undefined;
  const detail = typeof foreign.code === 'string' ? foreign.code.toLowerCase() : undefined;
  const options = { cause: error, error: code, detail };
  if (code === 'access_denied') return new UpstreamFailure('denied', options);
  if (isUnreachable(foreign) || (code !== undefined && outOfOrder.has(code)))
    return new UpstreamFailure('unavailable', options);
  return new UpstreamFailure('invalid', options);
};
