import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import { readBody } from '../../http/bodies.ts';
import { parseJsonObject } from '../../http/strict-json.ts';
import {
  type Administrator,
  type AdminOperation,
  type AdminRoute,
  type Permission,
  requirePermission,
} from '../../services/administration/index.ts';
import type { Keys } from '../../services/keys/index.ts';
import { loadOnce } from '../../store/load-once.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Caller } from './authenticate.ts';
import { adminApiPath } from './paths.ts';
import { createSendProblem, InvalidRequest } from './problems.ts';
import type { createRunOperation } from './run-operation.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly keys: Pick<Keys, 'current'>;
  readonly authenticate: (request: FastifyRequest) => Promise<Caller>;
}

type RunOperation = ReturnType<typeof createRunOperation>;

const jsonType = /^application\/(json|merge-patch\+json)\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

const addJsonParser = (scope: FastifyInstance, maxBytes: number): void => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', async ({ method, raw }: FastifyRequest) => {
    // A DELETE has no content (RFC 9110 §9.3.5), but many clients send a content type with every request.
    if (method === 'DELETE' || method === 'GET' || method === 'HEAD') return undefined;
    const bytes = await readBody(raw, maxBytes);
    if (bytes.length === 0) return undefined;
    if (!jsonType.test(raw.headers['content-type'] ?? '')) {
      throw new Failure({
        code: 'unsupported_media_type',
        status: 415,
        message: 'Send application/json in UTF-8.',
      });
    }
    const parsed = parseJsonObject(bytes);
    if (typeof parsed === 'string')
      throw new InvalidRequest(`${parsed[0]?.toUpperCase()}${parsed.slice(1)}.`);
    return parsed;
  });
};

/** The routes of the API. Each request is authenticated and authorized before its content is read. */
export const adminEndpoint =
  (
    { config, store, clock, keys, authenticate }: Dependencies,
    routes: readonly AdminRoute[],
  ): FastifyPluginAsync =>
  async (server) => {
    const sendProblem = createSendProblem(config);
    // The schemas, and TypeBox with them.
    const loadRunner = loadOnce(async (): Promise<RunOperation> => {
      const { createRunOperation } = await import('./run-operation.ts');
      return createRunOperation({ store, clock, secret: () => keys.current().pairwiseSalt });
    });
    const callers = new WeakMap<FastifyRequest, Caller>();

    const findAdministrator = async (
      request: FastifyRequest,
      permission: Permission,
    ): Promise<Administrator> => {
      const caller = callers.get(request);
      if (caller === undefined) throw new Error('the request was not authenticated');
      if (request.body === undefined) return caller.by;
      // The content may take seconds to arrive, and the administrator may have lost the right meanwhile.
      const by = await caller.findAgain();
      requirePermission(by, permission);
      return by;
    };

    const answer = async (
      by: Administrator,
      operation: AdminOperation,
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<FastifyReply> => {
      const run = await loadRunner();
      const { method, url, params, query, body, headers } = request;
      const {
        status,
        headers: answered,
        body: content,
      } = await run(operation, {
        by,
        method,
        url,
        params,
        query,
        body,
        headers,
      });
      return reply
        .code(status)
        .headers({ 'cache-control': 'no-store', ...answered })
        .send(content);
    };

    const addRoutes: FastifyPluginAsync = async (scope) => {
      addJsonParser(scope, config.security.max_body_bytes);
      scope.setErrorHandler(sendProblem);
      scope.setNotFoundHandler((request, reply) =>
        sendProblem(
          new Failure({ code: 'not_found', status: 404, message: 'There is nothing at this address.' }),
          request,
          reply,
        ),
      );
      for (const { method, path, permission, load } of routes) {
        const loadOperation = loadOnce(load);
        scope.route({
          method,
          url: path,
          config: { allowMtlsHost: true, limitedAs: 'administration' },
          async onRequest(request) {
            const caller = await authenticate(request);
            requirePermission(caller.by, permission);
            callers.set(request, caller);
          },
          handler: async (request, reply) => {
            const operation = await loadOperation();
            return answer(await findAdministrator(request, permission), operation, request, reply);
          },
        });
      }
    };
    await server.register(addRoutes, { prefix: adminApiPath });
  };
