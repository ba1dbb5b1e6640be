import { X509Certificate } from 'node:crypto';
import type { Config } from '#config';
import type { ClientCertificate } from '../../provider/clients/client-certificate.ts';

type FormatName = Exclude<Config['proxy']['client_certificate_header'], 'none'>;

/** The message says what is wrong with a header, for the operator of the proxy. */
export class UnreadableCertificate extends Error {
  override readonly name = 'UnreadableCertificate';
}

interface HeaderFormat {
  readonly headers: readonly string[];
  /** `verifiedByProxy`: the proxy forwards verified certificates only. It matters where the header itself can't say so. */
  read(header: (name: string) => string, verifiedByProxy: boolean): ClientCertificate | undefined;
}

/** The bytes must be one certificate and nothing else, so that tokens are bound to exactly the bytes that were verified. */
const parseDer = (encoded: string): X509Certificate => {
  const bytes = Buffer.from(encoded, 'base64');
  const certificate = new X509Certificate(bytes);
  if (!certificate.raw.equals(bytes))
    throw new UnreadableCertificate('it should be the DER of one certificate alone');
  return certificate;
};

const singlePem = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;

const parseEscapedPem = (text: string): X509Certificate => {
  const encoded = singlePem.exec(decodeURIComponent(text))?.[1];
  if (encoded === undefined)
    throw new UnreadableCertificate('it should be one certificate as URL-encoded PEM');
  return parseDer(encoded);
};

/** A byte sequence of RFC 8941 §3.3.5. */
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/;

const parseByteSequence = (text: string): X509Certificate => {
  const encoded = byteSequence.exec(text)?.[1];
  if (encoded === undefined)
    throw new UnreadableCertificate('it should be one byte sequence (RFC 8941 §3.3.5)');
  return parseDer(encoded);
};

/** A self-signed certificate counts as not verified: no authority issued it. */
const toClientCertificate = (certificate: X509Certificate, verifiedByProxy: boolean): ClientCertificate => ({
  certificate,
  verified: verifiedByProxy && !certificate.checkIssued(certificate),
});

const envoyPair = /([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^;,"]*)(;|$)/y;

/** Reads Envoy's list of `key=value`. A second element comes from another hop, so it's unclear which one counts. */
const findEnvoyCert = (text: string): string | undefined => {
  const found = new Map<string, string>();
  envoyPair.lastIndex = 0;
  while (envoyPair.lastIndex < text.length) {
    const [, key = '', value = ''] = envoyPair.exec(text) ?? [];
    if (key === '')
      throw new UnreadableCertificate('it should be one element; let the proxy sanitize and set it');
    const name = key.toLowerCase();
    if (name === 'cert' && found.has(name)) throw new UnreadableCertificate('it has two values of Cert');
    found.set(name, value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value);
  }
  return found.get('cert');
};

const verificationResult = /^(SUCCESS|NONE|FAILED(:.*)?)$/;

/** The names are values of `proxy.client_certificate_header`. */
export const headerFormats: Readonly<Record<FormatName, HeaderFormat>> = {
  /** RFC 9440. */
  'client-cert': {
    headers: ['client-cert', 'client-cert-chain'],
    read(header, verifiedByProxy) {
      const chain = header('client-cert-chain');
      for (const encoded of chain === '' ? [] : chain.split(',')) parseByteSequence(encoded.trim());
      const leaf = header('client-cert');
      return leaf === '' ? undefined : toClientCertificate(parseByteSequence(leaf), verifiedByProxy);
    },
  },
  /** Envoy, with `set_current_client_cert_details: {cert: true}`. */
  'x-forwarded-client-cert': {
    headers: ['x-forwarded-client-cert'],
    read(header, verifiedByProxy) {
      const escaped = findEnvoyCert(header('x-forwarded-client-cert'));
      return escaped === undefined
        ? undefined
        : toClientCertificate(parseEscapedPem(escaped), verifiedByProxy);
    },
  },
  /** nginx, with `$ssl_client_escaped_cert` and `$ssl_client_verify`. */
  'client-certificate': {
    headers: ['client-certificate', 'client-certificate-ca-verified'],
    read(header) {
      const escaped = header('client-certificate');
      const verification = header('client-certificate-ca-verified');
      if (escaped === '' && (verification === '' || verification === 'NONE')) return undefined;
      if (!verificationResult.test(verification)) {
        throw new UnreadableCertificate(
          'client-certificate-ca-verified should be SUCCESS, NONE or FAILED:reason',
        );
      }
      if (escaped === '' || verification === 'NONE')
        throw new UnreadableCertificate('one of the pair is missing');
      return { certificate: parseEscapedPem(escaped), verified: verification === 'SUCCESS' };
    },
  },
};
