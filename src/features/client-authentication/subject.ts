import type { X509Certificate } from 'node:crypto';
import { isSameName } from './distinguished-name.ts';

const alternativeNamePattern = /([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

/** Node quotes a value as JSON if it would be ambiguous otherwise. A text that can't be parsed has no names. */
const alternativeNames = (text: string, kind: string): string[] => {
  const names: string[] = [];
  alternativeNamePattern.lastIndex = 0;
  while (alternativeNamePattern.lastIndex < text.length) {
    const [whole, name, value = ''] = alternativeNamePattern.exec(text) ?? [];
    if (whole === undefined) return [];
    if (name === kind) names.push(value.startsWith('"') ? String(JSON.parse(value)) : value);
  }
  return names;
};

/** RFC 8705 §2.1.2: only the registered name counts: no wildcard, no parent domain, no common name instead. */
const matchers: Readonly<Record<string, (certificate: X509Certificate, expected: string) => boolean>> = {
  tls_client_auth_subject_dn: ({ subject }, expected) => isSameName(subject, expected),
  tls_client_auth_san_dns: (certificate, expected) =>
    !expected.startsWith('.') &&
    certificate.checkHost(expected, { subject: 'never', wildcards: false }) !== undefined,
  tls_client_auth_san_uri: ({ subjectAltName = '' }, expected) =>
    alternativeNames(subjectAltName, 'URI').includes(expected),
  tls_client_auth_san_ip: (certificate, expected) => certificate.checkIP(expected) !== undefined,
  tls_client_auth_san_email: (certificate, expected) =>
    certificate.checkEmail(expected, { subject: 'never' }) !== undefined,
};

export const subjectMatches = (
  certificate: X509Certificate | undefined,
  property: string,
  expected: string,
): boolean => {
  const match = matchers[property];
  return certificate ? match?.(certificate, expected) === true : false;
};
