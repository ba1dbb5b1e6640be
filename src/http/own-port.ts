import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { assets } from './assets/index.ts';

/**
 * Serves the plugin, and what pages load, on a port of its own. `newServer` makes a server without routes, with the rules
 * that hold for the main port. A port of its own has a name of its own, so any host may be asked for: what depends on the
 * host checks it. The result stops the server.
 */
export const createListenOnOwnPort =
  (newServer: () => Promise<FastifyInstance>) =>
  async (
    plugin: FastifyPluginAsync,
    { host, port }: { readonly host: string; readonly port: number },
  ): Promise<() => Promise<void>> => {
    const server = await newServer();
    server.addHook('onRoute', (route) => {
      route.config = { ...route.config, allowAnyHost: true };
    });
    await server.register(assets);
    await server.register(plugin);
    await server.listen({ host, port });
    return () => server.close();
  };
