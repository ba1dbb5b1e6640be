import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What the peer of a trusted proxy showed in its TLS handshake. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  /** The proxy says that an authority it trusts vouches for it. */
  readonly verified: boolean;
}

/** Beside the request and never in its headers, which anyone could have written. */
const certificates = new WeakMap<IncomingMessage, ClientCertificate>();

export const setClientCertificate = (request: IncomingMessage, certificate: ClientCertificate): void => {
  certificates.set(request, certificate);
};

export const getClientCertificate = (request: IncomingMessage): ClientCertificate | undefined =>
  certificates.get(request);
