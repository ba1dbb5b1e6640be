/**
 * Owns client certificates that proxies forward in headers (RFC 9440, Envoy, and nginx's pair): which proxies are trusted
 * and how the headers are read. What a certificate proves is decided by client authentication.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { setClientCertificate } from '../../provider/clients/client-certificate.ts';
import type { Clock } from '../../store/port.ts';
import { headerFormats, UnreadableCertificate } from './formats.ts';
import { createTrustedPeerCheck } from './trusted-peers.ts';

interface Dependencies {
  readonly config: Pick<Config, 'proxy'>;
  readonly events: Events;
  readonly clock: Clock;
}

const invalidRequest = (message: string): Failure =>
  new Failure({ code: 'invalid_request', status: 400, message });

export const readClientCertificates = (
  server: FastifyInstance,
  { config, events, clock }: Dependencies,
): void => {
  const isTrusted = createTrustedPeerCheck(config.proxy.trusted);
  const { client_certificate_header: expectedFormat, client_certificates_verified: verifiedByProxy } =
    config.proxy;
  const headerNames = Object.values(headerFormats).flatMap(({ headers }) => headers);

  const read = ({ raw, id }: FastifyRequest, present: readonly string[]): void => {
    const peer = raw.socket.remoteAddress ?? '';
    const reportRefusal = (reason: string, message: string): Failure => {
      events.emit({
        type: 'certificate.refused',
        outcome: 'refused',
        reason,
        address: peer,
        correlation: id,
        details: { headers: present.join(' ') },
      });
      return invalidRequest(message);
    };
    if (!isTrusted(peer)) {
      throw reportRefusal(
        'untrusted_proxy',
        `${present.join(' and ')} may be sent by a trusted proxy only; name it in proxy.trusted, or leave it out`,
      );
    }
    if (expectedFormat === 'none') {
      removeHeaders(raw, present);
      return;
    }
    const form = headerFormats[expectedFormat];
    // A header that the proxy doesn't set came from its caller, who may have made it up.
    if (!present.every((name) => form.headers.includes(name))) {
      throw reportRefusal(
        'unexpected_header',
        `${present.join(' and ')} did not all come from the proxy; let it remove them from what it receives`,
      );
    }
    try {
      const found = form.read((name) => headerValue(raw.headers[name]), verifiedByProxy);
      if (found) {
        const { certificate } = found;
        const now = clock.now();
        const isValidNow =
          certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime();
        setClientCertificate(raw, { certificate, verified: found.verified && isValidNow });
      }
    } catch (error) {
      const why = error instanceof UnreadableCertificate ? `: ${error.message}` : '';
      throw reportRefusal(
        'unreadable',
        `the client certificate in ${present.join(' and ')} can't be read${why}`,
      );
    }
    removeHeaders(raw, present);
  };

  // It is synchronous: after an asynchronous hook, each request waits for a promise.
  server.addHook('onRequest', (request, _reply, done) => {
    const present = headerNames.filter((name) => request.raw.headers[name] !== undefined);
    // Fastify passes on what it throws.
    if (present.length > 0) read(request, present);
    done();
  });
};

const removeHeaders = ({ headers }: IncomingMessage, names: readonly string[]): void => {
  for (const name of names) delete headers[name];
};

const headerValue = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value.join(', ') : (value ?? '')).trim();
