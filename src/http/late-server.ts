/**
 * A server behind the port of another one, for some paths and all below them. It is built with the first request to one
 * of them: its modules and routes would take time and memory at each start, and few servers ever need them.
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { loadOnce } from '../store/load-once.ts';
import type { AnswerError } from './error-handler.ts';

interface Options {
  /** A route of the server that has the port counts before them. */
  readonly paths: readonly string[];
  /** Makes a server without routes, which never listens, with the rules that hold for the port. */
  readonly newServer: () => Promise<FastifyInstance>;
  /** Imports what it needs. */
  readonly routes: FastifyPluginAsync;
  /** Answers requests while the server can't be built. */
  readonly answerError: AnswerError;
}

export interface LateServer {
  /**
   * The server that has the port registers it before its hooks, which would otherwise run for a request that the late
   * server answers too.
   */
  readonly handOver: FastifyPluginAsync;
  /** Builds it unless it is there. */
  get(): Promise<FastifyInstance>;
  close(): Promise<void>;
}

const unreachable = (): never => {
  throw new Error('the late server has the request');
};

export const createLateServer = ({ paths, newServer, routes, answerError }: Options): LateServer => {
  let latest: Promise<FastifyInstance> | undefined;

  const build = async (): Promise<FastifyInstance> => {
    const server = await newServer();
    try {
      await server.register(routes);
      await server.ready();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  };
  const get = loadOnce(() => {
    latest = build();
    return latest;
  });

  return {
    get,
    async handOver(scope) {
      scope.setErrorHandler(answerError);
      // Nothing has looked at the content then.
      scope.addHook('onRequest', async ({ raw }, reply) => {
        const server = await get();
        reply.hijack();
        server.routing(raw, reply.raw);
      });
      for (const path of paths) for (const url of [path, `${path}/*`]) scope.all(url, unreachable);
    },
    async close() {
      const server = await latest?.catch(() => undefined);
      await server?.close();
    },
  };
};
