/**
 * Client certificates as proxies pass them on (RFC 9440, Envoy, and a pair of headers), for all doors. Owns who is
 * believed and how the headers are read; not what a certificate is good for, which is client authentication.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { noteCertificate } from '../../provider/certificates.ts';
import type { Clock } from '../../store/port.ts';
import { certificateForms, Unreadable } from './forms.ts';
import { trustedPeers } from './peers.ts';

interface Parts {
  readonly config: Pick<Config, 'proxy'>;
  readonly events: Events;
  readonly clock: Clock;
}

const refusal = (message: string): Failure => new Failure({ code: 'invalid_request', status: 400, message });

export const readCertificates = (server: FastifyInstance, { config, events, clock }: Parts): void => {
  const isTrusted = trustedPeers(config.proxy.trusted);
  const { client_certificate_header: wanted, client_certificates_verified: vouched } = config.proxy;
  const all = Object.values(certificateForms).flatMap(({ headers }) => headers);

  server.addHook('onRequest', async ({ raw, id }) => {
    const present = all.filter((name) => raw.headers[name] !== undefined);
    if (present.length === 0) return;
    const peer = raw.socket.remoteAddress ?? '';
    const refuse = (reason: string, message: string): Failure => {
      events.emit({
        type: 'certificate.refused',
        outcome: 'refused',
        reason,
        address: peer,
        correlation: id,
        details: { headers: present.join(' ') },
      });
      return refusal(message);
    };
    if (!isTrusted(peer)) {
      throw refuse(
        'untrusted_proxy',
        `${present.join(' and ')} may be sent by a trusted proxy only; name it in proxy.trusted, or leave it out`,
      );
    }
    if (wanted === 'none') return drop(raw, present);
    const form = certificateForms[wanted];
    // What the proxy doesn't set came through it, and anybody may have written it.
    if (!present.every((name) => form.headers.includes(name))) {
      throw refuse(
        'unexpected_header',
        `${present.join(' and ')} did not all come from the proxy; let it remove them from what it receives`,
      );
    }
    try {
      const read = form.read((name) => headerOf(raw.headers[name]), vouched);
      if (read) {
        const { certificate } = read;
        const now = clock.now();
        const inTime = certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime();
        noteCertificate(raw, { certificate, verified: read.verified && inTime });
      }
    } catch (error) {
      const why = error instanceof Unreadable ? `: ${error.message}` : '';
      throw refuse('unreadable', `the client certificate in ${present.join(' and ')} can't be read${why}`);
    }
    drop(raw, present);
  });
};

const drop = ({ headers }: IncomingMessage, names: readonly string[]): void => {
  for (const name of names) delete headers[name];
};

const headerOf = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value.join(', ') : (value ?? '')).trim();
