import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Fleet, runPostern, startFleet, usualConfig } from '../support/setup/index.ts';
import { linksIn, type SmtpServer, startSmtp } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(240_000);

const address = 'grace@example.com';
const password = 'correct horse battery';

interface Stage {
  readonly fleet: Fleet;
  readonly smtp: SmtpServer;
}

const open = async (t: Test, count: number, mode: SmtpServer['mode'] = 'accept'): Promise<Stage> => {
  const smtp = await startSmtp({ mode });
  t.teardown(smtp.close);
  const fleet = await startFleet(t, {
    store: `sqlite:${join(t.testdir(), 'store.db')}`,
    count,
    config: {
      ...usualConfig,
      mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
      log: { level: 'info', format: 'json' },
    },
  });
  const claims = ['--claim', `email=${address}`, '--claim', 'email_verified=true'];
  const added = await runPostern(fleet.cwd, ['account', 'add', 'grace', ...claims], `${password}\n`);
  t.equal(added.exit, 0, added.err);
  return { fleet, smtp };
};

const ask = ({ fleet }: Stage, url: string): Promise<Response> =>
  fetch(`${url}/account/forgot`, {
    method: 'POST',
    body: new URLSearchParams({ login: 'grace' }),
    headers: { origin: fleet.issuer },
    redirect: 'manual',
  });

t.test('three processes send each message once, and use each link once', async (t) => {
  const stage = await open(t, 3);
  const { fleet, smtp } = stage;
  await Promise.all(fleet.members.map(({ url }) => ask(stage, url)));
  await waitFor('three messages', () => smtp.received.length >= 3);
  const links = smtp.received.flatMap((mail) => linksIn(mail, fleet.issuer));
  t.equal(new Set(links).size, 3);
  t.equal(smtp.received.length, 3);

  const [link = ''] = links;
  const statuses = await Promise.all(
    Array.from({ length: 9 }, async (_, n) => {
      const url = link.replace(fleet.issuer, fleet.members[n % 3]?.url ?? '');
      const response = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ password: `a lantern by the harbour ${n}` }),
        headers: { origin: fleet.issuer, accept: 'text/html' },
        redirect: 'manual',
      });
      return response.status;
    }),
  );
  t.equal(statuses.filter((status) => status === 303).length, 1, String(statuses));
  t.equal(statuses.filter((status) => status === 410).length, 8, String(statuses));
  await waitFor('the log to have the route of the links', () =>
    fleet.log().includes('/account/reset/:token'),
  );
  for (const one of links) {
    const token = one.slice(one.lastIndexOf('/') + 1);
    t.notOk(fleet.log().includes(token), 'no log has a token');
  }
});

t.test('a message outlives a process that is killed while it sends it', async (t) => {
  const stage = await open(t, 1, 'mute');
  const { fleet, smtp } = stage;
  const [member] = fleet.members;
  if (!member) throw new Error('no process');
  t.equal((await ask(stage, member.url)).status, 303);
  await waitFor('the attempt', () => smtp.connections() > 0);
  await member.kill();
  smtp.mode = 'accept';
  await member.start();
  await waitFor('the message', () => smtp.received.length > 0);
  const [link = ''] = linksIn(smtp.received[0] ?? (await smtp.next(address)), fleet.issuer);
  const page = await fetch(link, { headers: { accept: 'text/html' } });
  t.equal(page.status, 200);
  t.match(await page.text(), 'grace');
});
