import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

interface Options extends SMTPConnectionOptions {
  readonly auth?: { readonly user: string; readonly pass: string };
}

/**
 * Connects to the mail server and signs in without sending anything. `verify` of nodemailer has no limit for the whole:
 * a server that sends a byte now and then would hold it for ever.
 */
export const checkServer = async ({ auth, ...options }: Options, deadlineMs: number): Promise<void> => {
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection');
  const connection = new SMTPConnection({ ...options, socketCloseTimeout: 1_000 });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new DOMException('the check took too long', 'TimeoutError')),
    deadlineMs,
  );
  connection.on('error', reject);
  connection.once('end', () => reject(new Error('the mail server closed the connection')));
  connection.connect((failure) => {
    if (failure) reject(failure);
    else if (auth === undefined || !connection.allowsAuth) resolve();
    else connection.login({ ...auth }, (refusal) => (refusal ? reject(refusal) : resolve()));
  });
  try {
    await promise;
    connection.quit();
  } finally {
    clearTimeout(timer);
    connection.close();
  }
};
