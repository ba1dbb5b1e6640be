import { Failure } from '../errors.ts';
import { fromEngineError } from './engine/errors.ts';
import { fromFastifyError } from './fastify-errors.ts';
import type { HttpError } from './http-error.ts';

const internalError: HttpError = {
  status: 500,
  error: 'server_error',
  description: 'something went wrong on our side; the log has the details',
};

/** An unexpected error is shown as an internal error, whatever it says. */
export const toHttpError = (error: unknown): HttpError => {
  if (error instanceof Failure)
    return { status: error.status, error: error.code, description: error.publicMessage };
  return fromFastifyError(error) ?? fromEngineError(error) ?? internalError;
};
