import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { mailQueue, moveBack, outboxIndex } from '#src/services/outbox/record.ts';
import type { Key, Write } from '#src/store/port.ts';
import { type Fleet, runPostern, startFleet, usualConfig } from '../support/setup/index.ts';
import { linksIn, type SmtpServer, startSmtp } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(240_000);

const address = 'grace@example.com';
const password = 'correct horse battery';

type Member = Fleet['members'][number];

interface Stage {
  readonly fleet: Fleet & { readonly file: string };
  readonly smtp: SmtpServer;
}

const open = async (t: Test, count: number, mode: SmtpServer['mode'] = 'accept'): Promise<Stage> => {
  const smtp = await startSmtp({ mode });
  t.teardown(smtp.close);
  const file = join(t.testdir(), 'store.db');
  const fleet = await startFleet(t, {
    store: `sqlite:${file}`,
    count,
    config: {
      ...usualConfig,
      mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
      log: { level: 'info', format: 'json' },
      security: { throttle: { mail_per_recipient: 0 } },
    },
  });
  const claims = ['--claim', `email=${address}`, '--claim', 'email_verified=true'];
  const added = await runPostern(fleet.cwd, ['account', 'add', 'grace', ...claims], `${password}\n`);
  t.equal(added.exit, 0, added.err);
  return { fleet: { ...fleet, file }, smtp };
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

/** Changes what waits, while no process runs. */
const changeWaiting = async (file: string, change: (key: Key) => Write): Promise<void> => {
  const store = await openStore(`sqlite:${file}`, { clock: Date });
  const { items } = await store.list(outboxIndex, mailQueue.name, { limit: 10 });
  await store.commit(items.map(({ key }) => change(key)));
  await store.close();
};

/** Makes what waits for another attempt due now, so that the test doesn't wait for half a minute. */
const endPauses = (file: string): Promise<void> =>
  changeWaiting(file, (key) => moveBack(key, mailQueue, Date.now()));

const dropWaiting = (file: string): Promise<void> => changeWaiting(file, (key) => ({ op: 'remove', key }));

/** The body of the message that waits, read by a connection of its own. */
const watchOutbox = (file: string) => {
  const db = new DatabaseSync(file);
  const waiting = db.prepare(
    `SELECT body FROM documents JOIN places USING (family, kind, id) WHERE list = '${outboxIndex}'`,
  );
  return { db, find: (): string | undefined => waiting.all().map(({ body }) => String(body))[0] };
};

/** Sends the request, and returns when it has left this process. */
const askRaw = async ({ fleet }: Stage, url: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  const body = 'login=grace';
  const head = [
    'POST /account/forgot HTTP/1.1',
    `Host: localhost:${port}`,
    `Origin: ${fleet.issuer}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
  ];
  await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, resolve));
  return socket;
};

/**
 * Kills the process between the commit that stores the message and the first attempt to send it. The attempt begins with a
 * commit, so a transaction of this process keeps it back. False when the attempt was quicker.
 */
const killBeforeAttempt = async (stage: Stage, member: Member): Promise<boolean> => {
  const { db, find } = watchOutbox(stage.fleet.file);
  const before = stage.smtp.connections();
  const socket = await askRaw(stage, member.url);
  // Nothing else of this process runs meanwhile.
  for (const end = Date.now() + 10_000; find() === undefined && Date.now() < end; );
  db.exec('BEGIN IMMEDIATE');
  process.kill(member.pid, 'SIGKILL');
  db.exec('ROLLBACK');
  await member.kill();
  socket.destroy();
  const { tries } = JSON.parse(find() ?? '{}');
  db.close();
  return tries === 0 && stage.smtp.connections() === before;
};

t.test(
  'a message outlives its process, wherever that is killed, and each time with the same link',
  async (t) => {
    const stage = await open(t, 1, 'mute');
    const { fleet, smtp } = stage;
    const [member] = fleet.members;
    if (!member) throw new Error('no process');
    const linkOf = (mail = smtp.received.at(-1)): string => (mail && linksIn(mail, fleet.issuer)[0]) ?? '';
    const restart = async (): Promise<void> => {
      await endPauses(fleet.file);
      await member.start();
    };

    let isBefore = await killBeforeAttempt(stage, member);
    for (let late = 0; !isBefore && late < 10; late += 1) {
      await dropWaiting(fleet.file);
      await member.start();
      isBefore = await killBeforeAttempt(stage, member);
    }
    t.ok(isBefore, 'killed between the commit and the first attempt');
    const connections = smtp.connections();

    await member.start();
    await waitFor('the attempt', () => smtp.connections() > connections);
    await member.kill();
    t.equal(smtp.received.length, 0, 'killed while it sends');

    smtp.mode = 'reset';
    await restart();
    await waitFor('the message that the mail server doesn’t confirm', () => smtp.received.length === 1);
    await member.kill();

    smtp.mode = 'accept';
    await restart();
    await waitFor('the message', () => smtp.received.length === 2);
    t.match(linkOf(), `${fleet.issuer}/account/reset/`);
    t.equal(linkOf(smtp.received[0]), linkOf(), 'both have one link');
    const page = await fetch(linkOf(), { headers: { accept: 'text/html' } });
    t.equal(page.status, 200);
    t.match(await page.text(), 'grace');
  },
);
