import { DeliveryFailed } from '../outbox/index.ts';

interface SmtpError extends Error {
  readonly code?: unknown;
  readonly responseCode?: unknown;
}

/** Errors of nodemailer that an operator can act on. */
const reasons: Readonly<Record<string, string>> = {
  EAUTH: 'smtp_sign_in_refused',
  ENOAUTH: 'smtp_sign_in_refused',
  EDNS: 'smtp_host_unknown',
  ETLS: 'smtp_tls_failed',
  ESOCKET: 'smtp_connection_failed',
  ECONNECTION: 'smtp_connection_failed',
  ETIMEDOUT: 'smtp_timeout',
  EABORT: 'smtp_timeout',
};

const isCertificateError = ({ message }: Error): boolean => /certificate|altnames|self.signed/i.test(message);

/**
 * Only a code of the error is kept: its text repeats the words of the server, which may name the receiver. A mail server
 * that refuses the receiver or the content with 5xx refuses for good (RFC 5321 §4.2.1). What is wrong with the
 * connection or the sign-in can be repaired, so those messages are kept for another attempt.
 */
export const toDeliveryFailed = (error: unknown): DeliveryFailed => {
  if (!(error instanceof Error)) return new DeliveryFailed('smtp_failed', { isFinal: false });
  const { code, responseCode }: SmtpError = error;
  const known = typeof code === 'string' ? reasons[code] : undefined;
  if (known === 'smtp_connection_failed' && isCertificateError(error))
    return new DeliveryFailed('smtp_certificate_refused', { isFinal: false });
  if (known !== undefined && known !== 'smtp_connection_failed')
    return new DeliveryFailed(known, { isFinal: false });
  if (typeof responseCode === 'number')
    return new DeliveryFailed(`smtp_${responseCode}`, { isFinal: responseCode >= 500 });
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return new DeliveryFailed('smtp_timeout', { isFinal: false });
  return new DeliveryFailed(known ?? 'smtp_failed', { isFinal: false });
};
