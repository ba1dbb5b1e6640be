import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered whatever host the caller names: health checks come by address. */
    readonly allowAnyHost?: boolean;
    /** Answered at `proxy.mtls_origin` as well: nothing that people or browsers go to. */
    readonly allowMtlsHost?: boolean;
  }
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

const knownHosts = ({ issuer, security, mode, listen }: Config): ReadonlySet<string> => {
  const issuerUrl = new URL(issuer);
  const hosts = [issuerUrl.host, ...security.allowed_hosts];
  if (mode === 'development')
    hosts.push(...loopback.map((host) => `${host}:${issuerUrl.port || listen.port}`));
  return new Set(hosts.map((host) => host.toLowerCase()));
};

/** RFC 9110 §15.5.20: a name that isn't ours gets 421, so that no link or audience is ever made from it. */
export const requireKnownHost = (server: FastifyInstance, config: Config): void => {
  const known = knownHosts(config);
  const { mtls_origin: origin } = config.proxy;
  const mtlsHost = origin === undefined ? undefined : new URL(origin).host;
  server.addHook('onRequest', ({ raw, routeOptions }, _reply, done) => {
    const host = (raw.headers.host ?? '').toLowerCase();
    const { allowAnyHost, allowMtlsHost } = routeOptions.config;
    if (known.has(host) || allowAnyHost || (allowMtlsHost && host === mtlsHost)) {
      done();
    } else {
      done(
        new Failure({
          code: 'misdirected_request',
          status: 421,
          message: 'this server does not answer for that host; see security.allowed_hosts',
        }),
      );
    }
  });
};
