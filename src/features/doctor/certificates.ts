import type { Config } from '#config';
import type { ClientRecord } from '../../services/clients/index.ts';

type AddFinding = (code: string, message: string, fix: string) => void;

/** What keeps out a client that shows a certificate (RFC 8705 §2, §3). */
export const checkCertificate = (
  { id, metadata }: Pick<ClientRecord, 'id' | 'metadata'>,
  { proxy }: Pick<Config, 'proxy'>,
  note: AddFinding,
): void => {
  const { token_endpoint_auth_method: method = '' } = metadata;
  const { trusted, client_certificate_header: header, client_certificates_verified: verified } = proxy;
  const isBound = metadata['tls_client_certificate_bound_access_tokens'] === true;
  if (!method.endsWith('tls_client_auth') && !isBound) return;
  if (trusted.length === 0 || header === 'none') {
    note(
      'certificate_unread',
      `The client ${id} shows a certificate, and none is read here.`,
      'Name the proxy that asks for it in proxy.trusted, and the header that it sets in proxy.client_certificate_header.',
    );
  } else if (method === 'tls_client_auth' && header !== 'client-certificate' && !verified) {
    note(
      'certificate_unverified',
      `The client ${id} is known by the name in its certificate, which nobody says was verified.`,
      'Set proxy.client_certificates_verified: true if the proxy passes on no other, or use client-certificate.',
    );
  }
};
