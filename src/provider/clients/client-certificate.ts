import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The certificate of a client, as a trusted proxy reports it from the TLS handshake. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  /** The proxy has verified the certificate with an authority that it trusts. */
  readonly verified: boolean;
}

/** It is kept apart from the headers of the request, which any client can write. */
const certificates = new WeakMap<IncomingMessage, ClientCertificate>();

export const setClientCertificate = (request: IncomingMessage, certificate: ClientCertificate): void => {
  certificates.set(request, certificate);
};

export const getClientCertificate = (request: IncomingMessage): ClientCertificate | undefined =>
  certificates.get(request);
