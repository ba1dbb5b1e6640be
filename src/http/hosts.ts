import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered whatever host the caller names: health checks come by address. */
    readonly anyHost?: boolean;
  }
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

const knownHosts = ({ issuer, security, mode, listen }: Config): ReadonlySet<string> => {
  const own = new URL(issuer);
  const hosts = [own.host, ...security.allowed_hosts];
  if (mode === 'development') hosts.push(...loopback.map((host) => `${host}:${own.port || listen.port}`));
  return new Set(hosts.map((host) => host.toLowerCase()));
};

/** RFC 9110 §15.5.20: a name that isn't ours gets 421, so that no link or audience is ever made from it. */
export const onlyKnownHosts = (server: FastifyInstance, config: Config): void => {
  const known = knownHosts(config);
  server.addHook('onRequest', async (request, reply) => {
    if (known.has((request.raw.headers.host ?? '').toLowerCase()) || request.routeOptions.config.anyHost)
      return;
    reply.code(421);
    return reply.send({
      error: 'misdirected_request',
      error_description: 'this server does not answer for that host; see security.allowed_hosts',
    });
  });
};
