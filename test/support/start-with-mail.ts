import { type Owner, startInProcess, type TestServer, usualConfig } from './setup/index.ts';
import { type SmtpServer, startSmtp } from './smtp-server.ts';
import { waitFor } from './wait-for.ts';

/** Starts a server with the usual clients and accounts, and the mail server that it sends by. */
export const startWithMail = async (
  owner: Owner,
  { mail, ...settings }: { readonly mail?: object } & Readonly<Record<string, unknown>> = {},
): Promise<{ readonly server: TestServer; readonly smtp: SmtpServer }> => {
  const smtp = await startSmtp();
  owner.teardown(smtp.close);
  const server = await startInProcess(owner, {
    ...usualConfig,
    mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example', ...mail },
    ...settings,
  });
  return { server, smtp };
};

/** Waits until each message was sent, or given up. */
export const waitForEmptyOutbox = ({ store }: Pick<TestServer, 'store'>): Promise<void> =>
  waitFor('the outbox to be empty', async () => {
    const { items } = await store.list('outbox', 'mail', { limit: 1 });
    return items.length === 0;
  });
