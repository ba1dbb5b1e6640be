import { X509Certificate } from 'node:crypto';
import type { Config } from '#config';
import type { ClientCertificate } from '../../provider/client-certificate.ts';

type FormatName = Exclude<Config['proxy']['client_certificate_header'], 'none'>;

/** What is wrong with a header, as the operator of the proxy needs to know it. */
export class UnreadableCertificate extends Error {}

interface HeaderFormat {
  readonly headers: readonly string[];
  /** `vouched`: the proxy passes on only what it verified, where the header itself has no word for it. */
  read(header: (name: string) => string, verifiedByProxy: boolean): ClientCertificate | undefined;
}

/** Of the bytes of one certificate and nothing behind them: what was compared is what is bound to. */
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

/** RFC 8941 §3.3.5. */
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/;

const parseByteSequence = (text: string): X509Certificate => {
  const encoded = byteSequence.exec(text)?.[1];
  if (encoded === undefined)
    throw new UnreadableCertificate('it should be one byte sequence (RFC 8941 §3.3.5)');
  return parseDer(encoded);
};

/** No authority vouches for a certificate that vouches for itself. */
const toClientCertificate = (certificate: X509Certificate, verifiedByProxy: boolean): ClientCertificate => ({
  certificate,
  verified: verifiedByProxy && !certificate.checkIssued(certificate),
});

const envoyPair = /([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^;,"]*)(;|$)/y;

/** Envoy's list of `key=value`; a second element would be of another hop, and which of them counts is anyone's guess. */
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

/** By what `proxy.client_certificate_header` calls them. */
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
  /** nginx: `$ssl_client_escaped_cert` and `$ssl_client_verify`. */
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
