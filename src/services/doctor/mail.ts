import type { Config } from '#config';
import type { Store } from '../../store/port.ts';
import { createSmtpTransport } from '../mail/index.ts';
import { mailQueue, outboxIndex, readDelivery } from '../outbox/index.ts';
import { collectFindings, type Finding } from './finding.ts';

const fixes: Readonly<Record<string, string>> = {
  smtp_sign_in_refused: 'Check the user in mail.url and mail.password.',
  smtp_certificate_refused:
    'Let the mail server present a certificate for the host in mail.url, and name its authority in mail.ca.',
  smtp_tls_failed:
    'Let the mail server offer STARTTLS, use smtps://, or set mail.starttls: optional, which sends the password in clear.',
  smtp_host_unknown: 'Check the host in mail.url.',
};
const otherFix = 'Check mail.url, and that a firewall lets this machine reach the mail server.';

/** Signs in to the mail server without sending anything. */
export const checkMailServer = async ({ mail }: Pick<Config, 'mail'>): Promise<readonly Finding[]> => {
  const { found, error } = collectFindings('mail');
  if (mail === undefined) return found;
  const transport = createSmtpTransport(mail);
  try {
    await transport.verify();
  } catch (failure) {
    const reason = failure instanceof Error && 'reason' in failure ? String(failure.reason) : 'smtp_failed';
    const { host } = new URL(mail.url);
    error(
      'mail_unusable',
      `The mail server at ${host} can't be used (${reason}).`,
      fixes[reason] ?? otherFix,
    );
  } finally {
    transport.close();
  }
  return found;
};

const maxCounted = 100;

/** Messages wait only while a mail server doesn't take them. */
export const checkWaitingMail = async (store: Store): Promise<readonly Finding[]> => {
  const { found, warning } = collectFindings('mail');
  const { items } = await store.list(outboxIndex, mailQueue.name, { limit: maxCounted });
  const tried = items.filter(({ document }) => (readDelivery(document)?.tries ?? 0) > 0);
  if (tried.length === 0) return found;
  const count = tried.length === maxCounted ? `At least ${maxCounted}` : `${tried.length}`;
  warning(
    'mail_waiting',
    `${count} ${tried.length === 1 ? 'message was' : 'messages were'} not accepted by the mail server yet.`,
    'Look for the event delivery.postponed in the log: its reason is the answer of the mail server.',
  );
  return found;
};
