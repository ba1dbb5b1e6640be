import type { FastifyPluginAsync } from 'fastify';
import type { createServer } from './server.ts';

/** Serves the plugin on a port of its own. The result stops it. */
export type ListenOnOwnPort = (
  plugin: FastifyPluginAsync,
  address: { readonly host: string; readonly port: number },
) => Promise<() => Promise<void>>;

/** `newServer` makes a server without routes, with the rules that hold for the main port. */
export const createListenOnOwnPort =
  (newServer: () => ReturnType<typeof createServer>): ListenOnOwnPort =>
  async (plugin, { host, port }) => {
    const server = newServer();
    await server.register(plugin);
    await server.listen({ host, port });
    return () => server.close();
  };
