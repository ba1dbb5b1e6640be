import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { readWhole } from '../../http/bodies.ts';
import { explain } from '../../http/faults.ts';
import { isJson } from '../../http/strict-json.ts';
import { certificateOf, noteCertificate } from '../../provider/certificates.ts';
import type { Engine } from '../../provider/engine.ts';
import { describeRequest } from '../../provider/facts.ts';
import { jsonTokensPath } from '../../provider/paths.ts';
import { withWork } from '../../store/current-work.ts';
import type { Store } from '../../store/port.ts';
import { innerRequest } from './inner-request.ts';
import { parametersOf } from './parameters.ts';
import { isRefusalName, placeOf, Refusal, type RefusalName, refusalBody } from './refusal.ts';
import { parseTokenRequest, type TokenRequest } from './strict-json.ts';
import { translation } from './translation.ts';

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly engine: () => Engine;
}

/** Room for the longest honest request, and little more. */
const longestBody = 16_384;

const byStatus: Readonly<Record<number, RefusalName>> = {
  413: 'request_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

export const redeemDoor =
  ({ config, store, engine }: Parts): FastifyPluginAsync =>
  async (scope) => {
    const showStack = config.mode === 'development';
    const { host, protocol } = new URL(config.issuer);

    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async ({ method, raw }: FastifyRequest) => {
      if (method !== 'POST') return undefined;
      const body = await readWhole(raw, longestBody);
      if (isJson(raw.headers)) return body;
      throw new Refusal('unsupported_media_type', 'send application/json in UTF-8', 415);
    });

    scope.setErrorHandler((error, request, reply) => {
      const refused = error instanceof Refusal ? error : undefined;
      const fault = explain(error);
      const status = refused?.status ?? fault.status;
      const named = refused?.name ?? byStatus[status] ?? fault.error;
      const name: RefusalName = isRefusalName(named)
        ? named
        : status >= 500
          ? 'server_error'
          : 'invalid_request';
      if (status >= 500) request.log.error({ err: error }, 'redemption failed');
      if (status === 503) reply.header('retry-after', '2');
      if (status === 401) reply.header('www-authenticate', `Basic realm="${config.issuer}"`);
      return reply
        .code(status)
        .header('cache-control', 'no-store')
        .send(
          refusalBody(
            name,
            refused?.message ?? fault.description,
            status,
            placeOf(request, showStack),
            error instanceof Error ? error : undefined,
          ),
        );
    });

    const redeem = async (
      request: FastifyRequest,
      reply: FastifyReply,
      asked: TokenRequest,
    ): Promise<void> => {
      const parameters = await parametersOf(request, asked, engine().provider);
      const { raw } = request;
      raw.headers.host = host;
      raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      raw.headers['x-forwarded-for'] = request.ip;
      const inner = innerRequest(raw, jsonTokensPath, parameters);
      describeRequest(inner, {
        correlation: request.id,
        address: request.ip,
        door: 'json',
        translate: translation(placeOf(request, showStack)),
      });
      const certificate = certificateOf(raw);
      if (certificate) noteCertificate(inner, certificate);
      reply.hijack();
      reply.raw.setHeader('x-request-id', request.id);
      reply.raw.setHeader('x-content-type-options', 'nosniff');
      await engine().handle(jsonTokensPath, inner, reply.raw);
    };

    scope.post<{ Body: unknown }>(
      jsonTokensPath,
      { config: { byCertificate: true } },
      async (request, reply) => {
        if (!Buffer.isBuffer(request.body)) {
          throw new Refusal('unsupported_media_type', 'send a body of application/json', 415);
        }
        if (request.headers.dpop !== undefined) {
          throw new Refusal(
            'invalid_request',
            'this endpoint answers Bearer tokens only; use /oauth/token with a DPoP proof',
          );
        }
        const asked = parseTokenRequest(request.body);
        await withWork(store, () => redeem(request, reply, asked));
        return reply;
      },
    );

    scope.route({
      // OPTIONS as well: no script of another origin redeems codes here.
      method: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'],
      url: jsonTokensPath,
      handler: async (_request, reply) => {
        reply.header('allow', 'POST');
        throw new Refusal('invalid_request', 'send the code by POST', 405);
      },
    });
  };
