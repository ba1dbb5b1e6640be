import type { Config } from '#config';
import { loadOnce } from '../../store/load-once.ts';
import { parseMailbox } from './address.ts';
import { checkServer } from './check-server.ts';
import { toDeliveryFailed } from './smtp-failure.ts';
import type { Message, Transport } from './transport.ts';

type MailConfig = NonNullable<Config['mail']>;

interface Limits {
  /** How long the name of the host, the connection and the greeting may take, each. */
  readonly stepMs: number;
  /** How long the server may send nothing. */
  readonly silenceMs: number;
  /**
   * How long a message or a check may take. It alone stops a server that sends a byte now and then. Retries of the
   * outbox begin later.
   */
  readonly messageMs: number;
}

const defaultLimits: Limits = { stepMs: 5_000, silenceMs: 10_000, messageMs: 25_000 };
const maxConnections = 4;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

const optionsOf = ({ url, password, starttls, ca }: MailConfig, { stepMs, silenceMs }: Limits) => {
  const { protocol, hostname, port, username } = new URL(url);
  const secure = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    // Without STARTTLS nodemailer would send the password in clear.
    requireTLS: !secure && starttls === 'required' && !isLoopback(hostname),
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: password ?? '' } }),
    ...(ca !== undefined && { tls: { ca } }),
    dnsTimeout: stepMs,
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: silenceMs,
    // A template must never be able to attach a file of this server, or something that it can reach.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

const controlCharacters = /[\p{C}\u2028\u2029]+/gu;

/** Sends messages to the mail server of the operator. The library takes 30 MB, so it is loaded for the first message. */
export const createSmtpTransport = (config: MailConfig, limits = defaultLimits): Transport => {
  const stopping = new AbortController();
  const options = optionsOf(config, limits);

  let opened: { close(): void } | undefined;
  const load = loadOnce(async () => {
    const { createTransport } = await import('nodemailer');
    const transporter = createTransport({ ...options, pool: true, maxConnections });
    opened = transporter;
    return transporter;
  });

  return {
    async send({ to, subject, text, html }: Message) {
      try {
        const transporter = await load();
        await transporter.sendMail({
          from: parseMailbox(config.from),
          // A text could name several receivers.
          to: { name: '', address: to },
          ...(config.reply_to !== undefined && { replyTo: { name: '', address: config.reply_to } }),
          subject: subject.replaceAll(controlCharacters, ' '),
          text,
          html,
          // RFC 3834 §5: automatic replies would answer every message.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          maxRecipients: 1,
          signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(limits.messageMs)]),
        });
      } catch (error) {
        throw toDeliveryFailed(error);
      }
    },
    async verify() {
      try {
        await checkServer(options, limits.messageMs);
      } catch (error) {
        throw toDeliveryFailed(error);
      }
    },
    close() {
      stopping.abort();
      opened?.close();
    },
  };
};
