import type { FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';

/** An error response of this endpoint. Issuer-style clients were generated from these members. */
export interface ErrorBody {
  /** An error of RFC 6749, or a name of this server in the same style. */
  readonly name: string;
  readonly message: string;
  /** A stable number for each name; `docs/json-tokens.md` lists them. */
  readonly code: number;
  readonly statusCode: number;
  readonly httpCode: number;
  readonly method: string;
  readonly path: string;
  readonly stack?: string;
}

/** Numbers never change their meaning; new ones are added at the end. */
export const errorCodes = {
  invalid_request: 1000,
  invalid_grant: 1001,
  invalid_client: 1002,
  unauthorized_client: 1003,
  invalid_target: 1004,
  invalid_scope: 1005,
  unsupported_grant_type: 1006,
  invalid_dpop_proof: 1007,
  use_dpop_nonce: 1008,
  access_denied: 1009,
  not_found: 1404,
  request_too_large: 1413,
  unsupported_media_type: 1415,
  too_many_requests: 1429,
  server_error: 1500,
  temporarily_unavailable: 1503,
} as const;

export type ErrorName = keyof typeof errorCodes;

const isErrorName = (name: string): name is ErrorName => Object.hasOwn(errorCodes, name);

/** Statuses that mean one thing whatever the error is called elsewhere. */
const nameByStatus: Readonly<Record<number, ErrorName>> = {
  413: 'request_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

/** Maps the status and the error of a refusal, of the HTTP layer or the engine, to a name of this endpoint. */
export const errorNameOf = (status: number, error: string): ErrorName => {
  const name = nameByStatus[status] ?? error;
  if (isErrorName(name)) return name;
  return status >= 500 ? 'server_error' : 'invalid_request';
};

export interface ErrorContext {
  readonly method: string;
  readonly path: string;
  /** True in development only. */
  readonly showStack: boolean;
}

export const errorContextOf = (request: FastifyRequest, showStack: boolean): ErrorContext => ({
  method: request.method,
  path: request.routeOptions.url ?? '',
  showStack,
});

interface Refusal {
  readonly name: ErrorName;
  readonly message: string;
  readonly status: number;
}

export const errorBody = (
  { name, message, status }: Refusal,
  { method, path, showStack }: ErrorContext,
  error: unknown,
): ErrorBody => ({
  name,
  message,
  code: errorCodes[name],
  statusCode: status,
  httpCode: status,
  method,
  path,
  ...(showStack && error instanceof Error && error.stack !== undefined && { stack: error.stack }),
});

/** A request that is refused before the engine has it. */
export class TokenRequestError extends Failure {
  constructor(code: ErrorName, message: string, status = 400) {
    super({ code, message, status });
    this.name = 'TokenRequestError';
  }
}

export const codeNotFound = {
  name: 'not_found',
  message: 'no authorization request is known for this code, or it has expired',
  status: 404,
} as const satisfies Refusal;
