import type { FastifyInstance, FastifyRequest } from 'fastify';
import { retryAfterSeconds } from '../../errors.ts';
import { readBody } from '../../http/bodies.ts';
import { toHttpError } from '../../http/errors.ts';
import { isJson, parseJsonObject } from '../../http/strict-json.ts';
import { withErrorUri } from '../../provider/errors/error-uri.ts';
import { RegistrationRefused } from './errors.ts';
import type { RequestBody } from './metadata.ts';

/** The metadata is stored, and lasts. */
const maxMetadataBytes = 16_384;

/** Strict JSON in, the errors of RFC 7591 and RFC 6750 out. */
export const useRegistrationJson = (scope: FastifyInstance, issuer: string, maxBytes: number): void => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', async ({ method, raw }: FastifyRequest) => {
    // A DELETE has no content (RFC 9110 §9.3.5), but many clients send a content type with every request.
    if (method === 'DELETE') return undefined;
    const bytes = await readBody(raw, maxBytes);
    if (!isJson(raw.headers)) {
      throw new RegistrationRefused(415, 'invalid_request', 'send application/json in UTF-8');
    }
    if (bytes.length > maxMetadataBytes) {
      const reason = `the metadata is longer than ${maxMetadataBytes} bytes`;
      throw new RegistrationRefused(400, 'invalid_client_metadata', reason);
    }
    const parsed = parseJsonObject(bytes);
    if (typeof parsed === 'string') throw new RegistrationRefused(400, 'invalid_request', parsed);
    return parsed;
  });

  scope.setErrorHandler((cause, request, reply) => {
    const { status, error, description } = toHttpError(cause);
    if (status >= 500) request.log.error({ err: cause, correlation: request.id }, 'registration failed');
    if (status === 503) reply.header('retry-after', String(retryAfterSeconds));
    if (status === 401) {
      const invalidToken = request.headers.authorization === undefined ? '' : ', error="invalid_token"';
      reply.header('www-authenticate', `Bearer realm="${issuer}"${invalidToken}`);
    }
    return reply
      .code(status)
      .header('cache-control', 'no-store')
      .send(withErrorUri(issuer, { error, error_description: description }));
  });
};

export const bodyOf = ({ body }: FastifyRequest): RequestBody => {
  if (typeof body === 'object' && body !== null) return { ...body };
  throw new RegistrationRefused(400, 'invalid_request', 'send the metadata as a JSON object');
};
