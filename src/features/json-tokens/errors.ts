import type { FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';

/** The error of this door, by the contract that issuer-style clients were written for. */
export interface ErrorBody {
  /** The error of RFC 6749, or one of ours in the same style. */
  readonly name: string;
  readonly message: string;
  /** Stable, one for each name; listed in `docs/json-tokens.md`. */
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

export const isErrorName = (name: string): name is ErrorName => Object.hasOwn(errorCodes, name);

interface ErrorContext {
  readonly method: string;
  readonly path: string;
  /** Only in development. */
  readonly showStack: boolean;
}

export const errorContextOf = (request: FastifyRequest, showStack: boolean): ErrorContext => ({
  method: request.method,
  path: request.routeOptions.url ?? '',
  showStack,
});

export const errorBody = (
  name: ErrorName,
  message: string,
  status: number,
  { method, path, showStack }: ErrorContext,
  error?: Error,
): ErrorBody => ({
  name,
  message,
  code: errorCodes[name],
  statusCode: status,
  httpCode: status,
  method,
  path,
  ...(showStack && error?.stack !== undefined && { stack: error.stack }),
});

/** Refused before the engine is asked. */
export class TokenRequestError extends Failure {
  constructor(code: ErrorName, message: string, status = 400) {
    super({ code, message, status });
    this.name = 'TokenRequestError';
  }
}
