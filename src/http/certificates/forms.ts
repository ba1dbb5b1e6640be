import { X509Certificate } from 'node:crypto';
import type { Config } from '#config';
import type { ClientCertificate } from '../../provider/certificates.ts';

type Kind = Exclude<Config['proxy']['client_certificate_header'], 'none'>;

/** What is wrong with a header, as the operator of the proxy needs to know it. */
export class Unreadable extends Error {}

interface Form {
  readonly headers: readonly string[];
  /** `vouched`: the proxy passes on only what it verified, where the header itself has no word for it. */
  read(header: (name: string) => string, vouched: boolean): ClientCertificate | undefined;
}

/** Of the bytes of one certificate and nothing behind them: what was compared is what is bound to. */
const fromDer = (encoded: string): X509Certificate => {
  const bytes = Buffer.from(encoded, 'base64');
  const certificate = new X509Certificate(bytes);
  if (!certificate.raw.equals(bytes)) throw new Unreadable('it should be the DER of one certificate alone');
  return certificate;
};

const onePem = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;

const fromEscapedPem = (text: string): X509Certificate => {
  const encoded = onePem.exec(decodeURIComponent(text))?.[1];
  if (encoded === undefined) throw new Unreadable('it should be one certificate as URL-encoded PEM');
  return fromDer(encoded);
};

/** RFC 8941 §3.3.5. */
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/;

const fromBytes = (text: string): X509Certificate => {
  const encoded = byteSequence.exec(text)?.[1];
  if (encoded === undefined) throw new Unreadable('it should be one byte sequence (RFC 8941 §3.3.5)');
  return fromDer(encoded);
};

/** No authority vouches for a certificate that vouches for itself. */
const unlessSelfSigned = (certificate: X509Certificate, vouched: boolean): ClientCertificate => ({
  certificate,
  verified: vouched && !certificate.checkIssued(certificate),
});

const element = /([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^;,"]*)(;|$)/y;

/** Envoy's list of `key=value`; a second element would be of another hop, and which of them counts is anyone's guess. */
const inElement = (text: string): string | undefined => {
  const found = new Map<string, string>();
  element.lastIndex = 0;
  while (element.lastIndex < text.length) {
    const [, key = '', value = ''] = element.exec(text) ?? [];
    if (key === '') throw new Unreadable('it should be one element; let the proxy sanitize and set it');
    const name = key.toLowerCase();
    if (name === 'cert' && found.has(name)) throw new Unreadable('it has two values of Cert');
    found.set(name, value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value);
  }
  return found.get('cert');
};

const verdict = /^(SUCCESS|NONE|FAILED(:.*)?)$/;

/** By what `proxy.client_certificate_header` calls them. */
export const certificateForms: Readonly<Record<Kind, Form>> = {
  /** RFC 9440. */
  'client-cert': {
    headers: ['client-cert', 'client-cert-chain'],
    read(header, vouched) {
      const chain = header('client-cert-chain');
      for (const one of chain === '' ? [] : chain.split(',')) fromBytes(one.trim());
      const leaf = header('client-cert');
      return leaf === '' ? undefined : unlessSelfSigned(fromBytes(leaf), vouched);
    },
  },
  /** Envoy, with `set_current_client_cert_details: {cert: true}`. */
  'x-forwarded-client-cert': {
    headers: ['x-forwarded-client-cert'],
    read(header, vouched) {
      const escaped = inElement(header('x-forwarded-client-cert'));
      return escaped === undefined ? undefined : unlessSelfSigned(fromEscapedPem(escaped), vouched);
    },
  },
  /** nginx: `$ssl_client_escaped_cert` and `$ssl_client_verify`. */
  'client-certificate': {
    headers: ['client-certificate', 'client-certificate-ca-verified'],
    read(header) {
      const escaped = header('client-certificate');
      const word = header('client-certificate-ca-verified');
      if (escaped === '' && (word === '' || word === 'NONE')) return undefined;
      if (!verdict.test(word)) {
        throw new Unreadable('client-certificate-ca-verified should be SUCCESS, NONE or FAILED:reason');
      }
      if (escaped === '' || word === 'NONE') throw new Unreadable('one of the pair is missing');
      return { certificate: fromEscapedPem(escaped), verified: word === 'SUCCESS' };
    },
  },
};
