import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { createSmtpTransport, isMailAddress } from '#src/services/mail/index.ts';
import { insertDelivery, mailQueue } from '#src/services/outbox/index.ts';
import { makeCertificate, san } from '../support/certificates.ts';
import { measure } from '../support/measure.ts';
import { rejectionOf } from '../support/rejection-of.ts';
import { password, startInProcess } from '../support/setup/index.ts';
import { decodeWords, linksIn, parseMail, type SmtpMode, startSmtp } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';

/** Above what a busy machine takes for any of these, since a server that answers is never to be given up here. */
const limits = { stepMs: 30_000, silenceMs: 30_000, messageMs: 60_000 };
/** For servers that don't answer, so that nothing else than the limit ends the wait. */
const shortLimits = { stepMs: 400, silenceMs: 700, messageMs: 1_500 };
const message = { to: 'ada@example.com', subject: 'Hello', text: 'Hello\n', html: '<p>Hello</p>' };
const localhost = () => makeCertificate({ alternative: [san.dns('localhost')] });

type Options = Parameters<typeof startSmtp>[0];
type MailConfig = Parameters<typeof createSmtpTransport>[0];

/** A mail server, and a transport to it. The host is not a loopback name for the rules of the transport. */
const open = async (t: Test, options: Options = {}, more: Partial<MailConfig> = {}, scheme = 'smtp') => {
  const smtp = await startSmtp(options);
  const hangs = ['mute', 'stall', 'drip'].includes(String(options.mode));
  const transport = createSmtpTransport(
    {
      url: `${scheme}://localhost:${smtp.port}`,
      from: 'Harbour <id@harbour.example>',
      starttls: 'required',
      ...more,
    },
    hangs ? shortLimits : limits,
  );
  t.teardown(async () => {
    transport.close();
    await smtp.close();
  });
  return { smtp, transport };
};

t.test(
  'a mail server that refuses, hangs, drips or hangs up makes a failure with a stable reason',
  async (t) => {
    const cases: readonly (readonly [SmtpMode, string, boolean])[] = [
      [550, 'smtp_550', true],
      [552, 'smtp_552', true],
      [421, 'smtp_421', false],
      [451, 'smtp_451', false],
      ['mute', 'smtp_timeout', false],
      ['stall', 'smtp_timeout', false],
      ['drip', 'smtp_timeout', false],
      ['reset', 'smtp_connection_failed', false],
    ];
    await Promise.all(
      cases.map(async ([mode, reason, isFinal]) => {
        const { transport } = await open(t, { mode });
        const startedAt = performance.now();
        t.match(await rejectionOf(transport.send(message)), { reason, isFinal }, `${mode}`);
        t.ok(performance.now() - startedAt < 20_000, `${mode} is bounded`);
      }),
    );
  },
);

t.test('checking a mail server ends in bounded time as well, and leaves no connection', async (t) => {
  const modes = ['mute', 'stall', 'drip'] as const;
  await Promise.all(
    modes.map(async (mode) => {
      const { smtp, transport } = await open(t, { mode });
      const outcome = await Promise.race([rejectionOf(transport.verify()), sleep(20_000, 'still waiting')]);
      t.match(outcome, { reason: 'smtp_timeout', isFinal: false }, mode);
      await waitFor(`no connection to ${mode}`, () => smtp.open() === 0);
    }),
  );
});

t.test('a server that does not listen, and a host that does not exist', async (t) => {
  const { smtp, transport } = await open(t);
  await smtp.close();
  t.match(await rejectionOf(transport.send(message)), { reason: 'smtp_connection_failed', isFinal: false });
  const config = { from: 'id@harbour.example', starttls: 'required' } as const;
  const nowhere = createSmtpTransport({ ...config, url: 'smtp://mail.invalid' }, shortLimits);
  t.teardown(nowhere.close);
  t.match(await rejectionOf(nowhere.send(message)), {
    reason: /^smtp_(host_unknown|timeout)$/,
    isFinal: false,
  });
});

t.test('nothing is sent in clear to a server elsewhere that offers no STARTTLS', async (t) => {
  const smtp = await startSmtp();
  t.teardown(smtp.close);
  // An address of this machine that isn't taken for one, so that the rules for servers elsewhere apply.
  const elsewhere = (starttls: 'required' | 'optional') => {
    const url = `smtp://user@[::ffff:127.0.0.1]:${smtp.port}`;
    const transport = createSmtpTransport(
      { url, password: 'secret', from: 'id@harbour.example', starttls },
      limits,
    );
    t.teardown(transport.close);
    return transport;
  };
  t.match(await rejectionOf(elsewhere('required').send(message)), {
    reason: 'smtp_tls_failed',
    isFinal: false,
  });
  t.equal(smtp.received.length, 0);
  await elsewhere('optional').send(message);
  t.match(smtp.received, [{ encrypted: false, user: 'user' }], 'the operator allows it');
});

t.test(
  'an address is one address, without characters that mean something in SMTP or in a header',
  async (t) => {
    const bad = [
      '',
      'ada',
      'a@b@c.example',
      'a b@c.example',
      'a@b.example, c@d.example',
      '<a@b.example>',
      '"a"@b.example',
    ];
    const invisible = [
      'a@b.example\r\nBcc: c@d.example',
      'a\u0000@b.example',
      'a@b.exam\u200bple',
      'a@b.example\u2028',
    ];
    const others = [`${'a'.repeat(250)}@b.example`, undefined, ['a@b.example']];
    t.strictSame([...bad, ...invisible, ...others].filter(isMailAddress), []);
    const good = ['ada@example.com', 'o.hara+x@sub.example.com', 'jörg@bücher.example'];
    t.strictSame(good.filter(isMailAddress), good);
  },
);

t.test('certificates are verified, with STARTTLS and from the start', async (t) => {
  for (const implicit of [false, true]) {
    const tls = localhost();
    const scheme = implicit ? 'smtps' : 'smtp';
    const untrusted = await open(t, { tls, implicit }, {}, scheme);
    t.match(
      await rejectionOf(untrusted.transport.send(message)),
      { reason: 'smtp_certificate_refused' },
      scheme,
    );
    const other = makeCertificate({ alternative: [san.dns('mail.example.com')] });
    const misnamed = await open(t, { tls: other, implicit }, { ca: other.certificate.toString() }, scheme);
    t.match(
      await rejectionOf(misnamed.transport.send(message)),
      { reason: 'smtp_certificate_refused' },
      scheme,
    );
    t.equal(untrusted.smtp.received.length + misnamed.smtp.received.length, 0);

    const trusted = await open(t, { tls, implicit }, { ca: tls.certificate.toString() }, scheme);
    await trusted.transport.send(message);
    t.match(trusted.smtp.received, [{ encrypted: true, to: ['ada@example.com'] }], scheme);
  }
});

t.test('the user signs in, and a refused password is a failure that can be repaired', async (t) => {
  const tls = localhost();
  const ca = tls.certificate.toString();
  const start = async (secret: string) => {
    const smtp = await startSmtp({ tls });
    t.teardown(smtp.close);
    const url = `smtp://mail%40id@localhost:${smtp.port}`;
    const transport = createSmtpTransport(
      { url, password: secret, ca, from: 'id@harbour.example', starttls: 'required' },
      limits,
    );
    t.teardown(transport.close);
    return { smtp, transport };
  };
  const right = await start('right');
  await right.transport.verify();
  t.equal(right.smtp.received.length, 0, 'verifying sends nothing');
  await right.transport.send(message);
  t.equal(right.smtp.received[0]?.user, 'mail@id');
  const wrong = await start('wrong');
  t.match(await rejectionOf(wrong.transport.send(message)), {
    reason: 'smtp_sign_in_refused',
    isFinal: false,
  });
  t.match(await rejectionOf(wrong.transport.verify()), { reason: 'smtp_sign_in_refused' });
});

t.test('no field makes a header, a second receiver or an attachment', async (t) => {
  const { smtp, transport } = await open(t, {}, { reply_to: 'help@harbour.example' });
  const hostile = 'x\r\nBcc: evil@example.com\r\n\r\nbody\u2028\u0000';
  await transport.send({ to: 'ada@example.com', subject: hostile, text: hostile, html: hostile });
  const [mail] = smtp.received;
  t.strictSame(mail?.to, ['ada@example.com']);
  const { headers } = parseMail(mail ?? { raw: '' });
  t.strictSame([...headers.keys()].toSorted(), [
    'auto-submitted',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'reply-to',
    'subject',
    'to',
    'x-auto-response-suppress',
  ]);
  t.match(decodeWords(headers.get('subject')?.[0] ?? ''), /^x Bcc: evil@example\.com body/);
  t.strictSame(headers.get('reply-to'), ['help@harbour.example']);
  for (const to of ['a@b.example, evil@example.com', 'a@b.example\r\nRCPT TO:<evil@example.com>'])
    await transport.send({ ...message, to }).catch(() => {});
  t.notOk(smtp.received.some(({ to }) => to.some((receiver) => receiver.startsWith('evil'))));
});

/** A server whose mail goes to a mail server that misbehaves first. */
const openServer = async (t: Test, mode: SmtpMode) => {
  const smtp = await startSmtp({ mode });
  t.teardown(smtp.close);
  const server = await startInProcess(t, {
    mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
  });
  await server.addAccount({
    username: 'grace',
    password,
    claims: { email: 'grace@example.com', email_verified: true },
  });
  const ask = async (): Promise<number> => {
    const { result, ms } = await measure(() =>
      fetch(`${server.issuer}/account/forgot`, {
        method: 'POST',
        body: new URLSearchParams({ login: 'grace' }),
        headers: { origin: server.issuer },
        redirect: 'manual',
      }),
    );
    t.equal(result.status, 303);
    return ms;
  };
  const events = (type: string) => server.events.filter((event) => event.type === type);
  const waiting = async () => (await server.store.list('outbox', 'mail', { limit: 100 })).items.length;
  return { smtp, server, ask, events, waiting };
};

t.test('a mail server that hangs delays no answer, no other message and no stop', async (t) => {
  const { smtp, server, ask } = await openServer(t, 'mute');
  t.ok((await ask()) < 2_000);
  await waitFor('a connection', () => smtp.connections() > 0);
  t.ok((await ask()) < 2_000);
  const { ms } = await measure(() => server.stop());
  t.ok(ms < 4_000, `what is being sent is cut off: ${Math.round(ms)} ms`);
});

t.test('a process that had no file descriptor left for its first message sends the next ones', async (t) => {
  const smtp = await startSmtp();
  t.teardown(smtp.close);
  const script = fileURLToPath(new URL('../support/send-mail-without-files.ts', import.meta.url));
  const limited = 'ulimit -n 200; unset NODE_OPTIONS; exec "$0" "$1" "$2"';
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    limited,
    process.execPath,
    script,
    `${smtp.port}`,
  ]);
  t.same(JSON.parse(stdout), ['smtp_failed', 'sent']);
});

t.test('a message is sent again with the same link, and each failure is an event', async (t) => {
  const { smtp, server, ask, events, waiting } = await openServer(t, 451);
  await ask();
  await waitFor('the first failure', () => events('delivery.postponed').length === 1);
  t.match(events('delivery.postponed')[0], { outcome: 'failed', reason: 'smtp_451', details: { tries: 1 } });
  t.equal(await waiting(), 1);

  smtp.mode = 'reset';
  server.clock.advance(31);
  await ask();
  await waitFor('two failures', () => events('delivery.postponed').length === 3);
  smtp.mode = 'accept';
  server.clock.advance(121);
  await ask();
  await waitFor('the outbox to be empty', async () => (await waiting()) === 0);
  const links = smtp.received.flatMap((mail) => linksIn(mail, server.issuer));
  t.equal(links.length, 5, 'two of the three messages came twice');
  t.equal(new Set(links).size, 3);
  t.equal(events('delivery').length, 3);
});

t.test('a message that is refused for good, and one that fails too often, are given up', async (t) => {
  const { smtp, server, ask, events, waiting } = await openServer(t, 550);
  await ask();
  await waitFor('the refusal', () => events('delivery').length === 1);
  t.match(events('delivery')[0], {
    outcome: 'failed',
    reason: 'smtp_550',
    details: { kind: 'mail.password-reset', tries: 1 },
  });
  t.equal(await waiting(), 0);
  smtp.mode = 421;
  await ask();
  for (const [n, pause] of [30, 120, 600, 1_800].entries()) {
    await waitFor(`failure ${n + 1}`, () => events('delivery.postponed').length >= n + 1);
    server.clock.advance(pause + 1);
    // It begins a sweep, and sends nothing.
    await server.app.services.mail.send('nothing', {});
  }
  await waitFor('the end', () => events('delivery').length === 2);
  t.match(events('delivery')[1], { outcome: 'failed', reason: 'smtp_421', details: { tries: 5 } });
});

t.test('messages that no process knows neither stop others nor keep a process busy', async (t) => {
  const { smtp, server, ask, waiting } = await openServer(t, 'accept');
  const unknown = Array.from({ length: 45 }, () =>
    insertDelivery(
      { kind: 'mail.of-another-release', about: {}, tries: 0 },
      server.clock.now() - 1_000,
      mailQueue,
    ),
  );
  await server.store.commit(unknown);
  await ask();
  await smtp.next('grace@example.com');
  await waitFor('the message to be gone', async () => (await waiting()) === 45);
});
