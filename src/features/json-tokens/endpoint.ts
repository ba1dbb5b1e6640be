import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { retryAfterSeconds } from '../../errors.ts';
import { readBody } from '../../http/bodies.ts';
import { toHttpError } from '../../http/errors.ts';
import { isJson } from '../../http/strict-json.ts';
import { getClientCertificate, setClientCertificate } from '../../provider/clients/client-certificate.ts';
import type { Engine } from '../../provider/engine.ts';
import { jsonTokensPath } from '../../provider/paths.ts';
import { setRequestContext } from '../../provider/request-context.ts';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Store } from '../../store/port.ts';
import { completeRequest } from './complete-request.ts';
import { errorBody, errorContextOf, errorNameOf, TokenRequestError } from './errors.ts';
import { toFormRequest } from './form-request.ts';
import { parseTokenRequest } from './parse-request.ts';
import { translateResponse } from './translate-response.ts';

interface EndpointDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly engine: () => Engine;
}

/** Larger than any legitimate request. */
const maxBodyBytes = 16_384;

const refuseDpop = ({ headers }: FastifyRequest): void => {
  if (headers.dpop === undefined) return;
  throw new TokenRequestError(
    'invalid_request',
    'this endpoint answers Bearer tokens only; use /oauth/token with a DPoP proof',
  );
};

export const tokenEndpoint =
  ({ config, store, engine }: EndpointDependencies): FastifyPluginAsync =>
  async (scope) => {
    const showStack = config.mode === 'development';
    const issuer = new URL(config.issuer);

    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async ({ method, raw }: FastifyRequest) => {
      if (method !== 'POST') return undefined;
      const body = await readBody(raw, maxBodyBytes);
      // An empty body has no type. What it misses is the code.
      if (body.length === 0 || isJson(raw.headers)) return body;
      throw new TokenRequestError('unsupported_media_type', 'send application/json in UTF-8', 415);
    });

    scope.post<{ Body: unknown }>(
      jsonTokensPath,
      { config: { allowMtlsHost: true } },
      async (request, reply) => {
        const { raw, body, ip: address, id: correlationId } = request;
        if (!Buffer.isBuffer(body)) {
          throw new TokenRequestError('invalid_request', 'the member authorization_code is missing');
        }
        refuseDpop(request);
        const tokenRequest = parseTokenRequest(body);
        // The engine joins this unit of work, so it doesn't read again what was read to complete the request.
        await runInUnitOfWork(store, async (unitOfWork) => {
          const parameters = await completeRequest(tokenRequest, {
            hasAuthenticated: raw.headers.authorization !== undefined,
            provider: engine().provider,
          });
          const formRequest = toFormRequest(raw, { issuer, address, parameters });
          setRequestContext(formRequest, {
            correlationId,
            address,
            endpoint: 'json',
            unitOfWork,
            translateResponse: translateResponse(errorContextOf(request, showStack)),
          });
          const certificate = getClientCertificate(raw);
          if (certificate) setClientCertificate(formRequest, certificate);
          reply.hijack();
          await engine().handle(jsonTokensPath, formRequest, reply.raw);
        });
        return reply;
      },
    );

    scope.route({
      // OPTIONS is refused too: scripts of other origins must not redeem codes here.
      method: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE'],
      url: jsonTokensPath,
      handler: async (_request, reply) => {
        reply.header('allow', 'POST');
        throw new TokenRequestError('invalid_request', 'send the code by POST', 405);
      },
    });

    /** Answers what is refused before the engine has the request. */
    scope.setErrorHandler((error, request, reply) => {
      const { status, error: name, description } = toHttpError(error);
      if (status >= 500) request.log.error({ err: error }, 'redemption failed');
      if (status === 503) reply.header('retry-after', String(retryAfterSeconds));
      if (status === 401) reply.header('www-authenticate', `Basic realm="${config.issuer}"`);
      return reply
        .code(status)
        .header('cache-control', 'no-store')
        .send(
          errorBody(
            { name: errorNameOf(status, name), message: description, status },
            errorContextOf(request, showStack),
            error,
          ),
        );
    });
  };
