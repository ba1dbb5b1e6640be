import type { Config } from '#config';
import type { ClientRecord } from '../clients/index.ts';

type AddFinding = (code: string, message: string, fix: string) => void;

/** Finds clients whose certificate the server can't read, or can't trust (RFC 8705 §2, §3). */
export const checkCertificate = (
  { id, metadata }: Pick<ClientRecord, 'id' | 'metadata'>,
  { proxy }: Pick<Config, 'proxy'>,
  addFinding: AddFinding,
): void => {
  const { token_endpoint_auth_method: method = '' } = metadata;
  const { trusted, client_certificate_header: header, client_certificates_verified: verified } = proxy;
  const isBound = metadata['tls_client_certificate_bound_access_tokens'] === true;
  if (!method.endsWith('tls_client_auth') && !isBound) return;
  if (trusted.length === 0 || header === 'none') {
    addFinding(
      'certificate_unread',
      `The client ${id} authenticates with a certificate, but the server reads none.`,
      'Name the proxy that asks for it in proxy.trusted, and the header that it sets in proxy.client_certificate_header.',
    );
  } else if (method === 'tls_client_auth' && header !== 'client-certificate' && !verified) {
    addFinding(
      'certificate_unverified',
      `The client ${id} is known by the name in its certificate, but nothing says that the certificate was verified.`,
      'Set proxy.client_certificates_verified: true if the proxy forwards verified certificates only, or use client-certificate.',
    );
  }
};
