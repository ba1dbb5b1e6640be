import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { retryAfterSeconds } from '../../errors.ts';
import { readBody } from '../../http/bodies.ts';
import { toHttpError } from '../../http/errors.ts';
import { isJson } from '../../http/strict-json.ts';
import { getClientCertificate, setClientCertificate } from '../../provider/client-certificate.ts';
import type { Engine } from '../../provider/engine.ts';
import { jsonTokensPath } from '../../provider/paths.ts';
import { setRequestContext } from '../../provider/request-context.ts';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Store } from '../../store/port.ts';
import { type ErrorName, errorBody, errorContextOf, isErrorName, TokenRequestError } from './errors.ts';
import { toFormRequest } from './form-request.ts';
import { tokenParameters } from './parameters.ts';
import { parseTokenRequest, type TokenRequest } from './parse-request.ts';
import { translateResponse } from './translate-response.ts';

interface EndpointDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly engine: () => Engine;
}

/** Room for the longest honest request, and little more. */
const maxBodyBytes = 16_384;

const nameByStatus: Readonly<Record<number, ErrorName>> = {
  413: 'request_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

export const tokenEndpoint =
  ({ config, store, engine }: EndpointDependencies): FastifyPluginAsync =>
  async (scope) => {
    const showStack = config.mode === 'development';
    const { host, protocol } = new URL(config.issuer);

    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async ({ method, raw }: FastifyRequest) => {
      if (method !== 'POST') return undefined;
      const body = await readBody(raw, maxBodyBytes);
      if (isJson(raw.headers)) return body;
      throw new TokenRequestError('unsupported_media_type', 'send application/json in UTF-8', 415);
    });

    scope.setErrorHandler((error, request, reply) => {
      const httpError = toHttpError(error);
      const { status } = httpError;
      const errorName = nameByStatus[status] ?? httpError.error;
      const name: ErrorName = isErrorName(errorName)
        ? errorName
        : status >= 500
          ? 'server_error'
          : 'invalid_request';
      if (status >= 500) request.log.error({ err: error }, 'redemption failed');
      if (status === 503) reply.header('retry-after', String(retryAfterSeconds));
      if (status === 401) reply.header('www-authenticate', `Basic realm="${config.issuer}"`);
      return reply
        .code(status)
        .header('cache-control', 'no-store')
        .send(
          errorBody(
            name,
            httpError.description,
            status,
            errorContextOf(request, showStack),
            error instanceof Error ? error : undefined,
          ),
        );
    });

    const redeem = async (
      request: FastifyRequest,
      reply: FastifyReply,
      tokenRequest: TokenRequest,
    ): Promise<void> => {
      const parameters = await tokenParameters(request, tokenRequest, engine().provider);
      const { raw } = request;
      raw.headers.host = host;
      raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      raw.headers['x-forwarded-for'] = request.ip;
      const formRequest = toFormRequest(raw, jsonTokensPath, parameters);
      setRequestContext(formRequest, {
        correlationId: request.id,
        address: request.ip,
        endpoint: 'json',
        translateResponse: translateResponse(errorContextOf(request, showStack)),
      });
      const certificate = getClientCertificate(raw);
      if (certificate) setClientCertificate(formRequest, certificate);
      reply.hijack();
      await engine().handle(jsonTokensPath, formRequest, reply.raw);
    };

    scope.post<{ Body: unknown }>(
      jsonTokensPath,
      { config: { allowMtlsHost: true } },
      async (request, reply) => {
        if (!Buffer.isBuffer(request.body)) {
          throw new TokenRequestError('unsupported_media_type', 'send a body of application/json', 415);
        }
        if (request.headers.dpop !== undefined) {
          throw new TokenRequestError(
            'invalid_request',
            'this endpoint answers Bearer tokens only; use /oauth/token with a DPoP proof',
          );
        }
        const tokenRequest = parseTokenRequest(request.body);
        await runInUnitOfWork(store, () => redeem(request, reply, tokenRequest));
        return reply;
      },
    );

    scope.route({
      // OPTIONS as well: no script of another origin redeems codes here.
      method: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'],
      url: jsonTokensPath,
      handler: async (_request, reply) => {
        reply.header('allow', 'POST');
        throw new TokenRequestError('invalid_request', 'send the code by POST', 405);
      },
    });
  };
