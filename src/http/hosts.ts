import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route answers for any host: health checks address the server by IP. */
    readonly allowAnyHost?: boolean;
    /** The route also answers at `proxy.mtls_origin`. People and browsers never go there. */
    readonly allowMtlsHost?: boolean;
  }
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Some clients send the default port of the scheme too (RFC 9110 §4.2.3: the same origin). */
const withDefaultPort = ({ host, port, protocol }: URL): string =>
  port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;

const knownHosts = ({ issuer, security, mode, listen }: Config): ReadonlySet<string> => {
  const issuerUrl = new URL(issuer);
  const hosts = [issuerUrl.host, withDefaultPort(issuerUrl), ...security.allowed_hosts];
  if (mode === 'development')
    hosts.push(...loopback.map((host) => `${host}:${issuerUrl.port || listen.port}`));
  return new Set(hosts.map((host) => host.toLowerCase()));
};

const missingHost = (): Failure =>
  new Failure({ code: 'invalid_request', message: 'the request has no host header' });

const unknownHost = (): Failure =>
  new Failure({
    code: 'misdirected_request',
    status: 421,
    message: 'this server does not answer for that host; see security.allowed_hosts',
  });

/**
 * An unknown host gets 421 (RFC 9110 §15.5.20), so that no link and no audience is ever made from it. HTTP/1.1 requires
 * a host (RFC 9112 §3.2).
 */
export const requireKnownHost = (server: FastifyInstance, config: Config): void => {
  const known = knownHosts(config);
  const { mtls_origin: mtlsOrigin } = config.proxy;
  const mtlsHost = mtlsOrigin === undefined ? undefined : new URL(mtlsOrigin).host;
  server.addHook('onRequest', ({ raw, routeOptions }, _reply, done) => {
    if (raw.headers.host === undefined && raw.httpVersion === '1.1') return done(missingHost());
    const host = (raw.headers.host ?? '').toLowerCase();
    const { allowAnyHost, allowMtlsHost } = routeOptions.config;
    if (known.has(host) || allowAnyHost || (allowMtlsHost && host === mtlsHost)) done();
    else done(unknownHost());
  });
};
