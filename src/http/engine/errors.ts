import { errors } from 'oidc-provider';
import type { HttpError } from '../http-error.ts';

/** Translates refusals that the engine throws inside a handler of this server, instead of answering them itself. */
export const fromEngineError = (error: unknown): HttpError | undefined =>
  error instanceof errors.OIDCProviderError && error.statusCode < 500
    ? {
        status: error.statusCode,
        error: 'invalid_request',
        description: 'the request could not be understood',
      }
    : undefined;
