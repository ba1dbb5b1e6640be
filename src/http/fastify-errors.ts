import { errorCodes } from 'fastify';
import type { HttpError } from './http-error.ts';

const notUnderstood: HttpError = {
  status: 400,
  error: 'invalid_request',
  description: 'the request could not be understood',
};

/** The errors that a caller can cause before a handler runs. Any other error of Fastify is a bug of this server. */
const causedByCallers = [
  [errorCodes.FST_ERR_BAD_URL, notUnderstood],
  [errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH, notUnderstood],
  [
    errorCodes.FST_ERR_CTP_BODY_TOO_LARGE,
    { status: 413, error: 'request_too_large', description: 'the request body is too large' },
  ],
  [
    errorCodes.FST_ERR_MAX_PARAM_LENGTH,
    { status: 414, error: 'invalid_request', description: 'the address is too long' },
  ],
  [
    errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE,
    {
      status: 415,
      error: 'invalid_request',
      description: 'the content type is not one that is accepted here',
    },
  ],
] as const;

export const fromFastifyError = (error: unknown): HttpError | undefined =>
  causedByCallers.find(([known]) => error instanceof known)?.[1];
