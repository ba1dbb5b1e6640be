import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { addDevice } from '../browser/virtual-authenticator.ts';
import { makeCertificate, san } from '../support/certificates.ts';
import { launchChromium } from '../support/chromium.ts';
import { postern, startChild } from '../support/setup/child.ts';
import { waitUntilReady } from '../support/setup/server-process.ts';
import { startSmtp } from '../support/smtp-server.ts';
import { blocksRunBy } from './command-blocks.ts';
import { runScript, writePrograms } from './run-script.ts';

t.setTimeout(300_000);

const page = 'docs/operations/production.md';
const host = 'id.example.com';

const blocks = blocksRunBy('test/docs/production.test.ts', page);
const [, settings = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync(page, 'utf8')) ?? [];

const cwd = mkdtempSync(join(tmpdir(), 'postern-production-'));
t.teardown(() => rmSync(cwd, { recursive: true, force: true }));
const smtp = await startSmtp();
t.teardown(() => smtp.close());
const port = await freePort();

const programs = await writePrograms(join(cwd, 'programs'));

/** What the page sets for all commands after the start. Its folders are that of the test. */
const variables = (): string =>
  blocks.take('export POSTERN_CONFIG').replaceAll('/var/lib/postern', cwd).replaceAll('/etc/postern', cwd);

const run = async (command: string, before = ''): Promise<string> => {
  // The mail server of the test is on this machine.
  const script = blocks
    .take(command)
    .replace('smtps://postern@mail.example.com', `smtp://postern@127.0.0.1:${smtp.port}`);
  const { code, out, log } = await runScript(`${before}${script}`, { cwd, programs });
  if (code !== 0) throw new Error(`${script}${log}`);
  return out;
};

/** Ends TLS as Caddy does, with a certificate that the browser of the test accepts. */
const startProxy = async (): Promise<number> => {
  const { certificate, privateKey } = makeCertificate({
    subject: [['2.5.4.3', host]],
    alternative: [san.dns(host)],
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const proxy = createServer({ cert: certificate.toString(), key }, (asked, answer) => {
    const headers = { ...asked.headers, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    const forwarded = request(
      { port, host: '127.0.0.1', path: asked.url, method: asked.method, headers },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    forwarded.on('error', () => answer.destroy());
    asked.pipe(forwarded);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
};

t.test('the page leads to an installation with TLS, mail, groups and a passkey', async (t) => {
  await run('postern init');
  await appendFile(join(cwd, 'postern.yaml'), settings);
  await run('postern config check');
  const written = await readFile(join(cwd, 'postern.yaml'), 'utf8');
  t.match(written, /^mode: production$/m);
  // Another program may have the port of the page.
  await writeFile(join(cwd, 'postern.yaml'), written.replace('port: 3000', `port: ${port}`));

  const server = startChild(postern, ['start'], { cwd });
  t.teardown(() => server.kill());
  await waitUntilReady(`http://127.0.0.1:${port}`, server);
  const set = variables();
  t.match(await run('postern health', set), /ready/);

  const [link = ''] = /https:\S+/.exec(await run('postern admin invite', set)) ?? [];
  t.match(link, `https://${host}/account/invitation/`);
  const proxyPort = await startProxy();
  const browser = await launchChromium([
    `--host-resolver-rules=MAP ${host} 127.0.0.1:${proxyPort}`,
    '--ignore-certificate-errors',
  ]);
  t.teardown(() => browser.close());
  const tab = await (await browser.newContext({ locale: 'en' })).newPage();
  await addDevice(tab);
  await tab.goto(link);
  await tab.fill('#login', 'ada');
  await tab.fill('#password', 'correct horse battery');
  await tab.click('.invitation-submit');
  await tab.waitForLoadState();
  await tab.goto(`https://${host}/account/passkeys/add`);
  if ((await tab.locator('#password').count()) > 0) {
    if (await tab.locator('#login').isEditable()) await tab.fill('#login', 'ada');
    await tab.fill('#password', 'correct horse battery');
    await tab.click('.login-submit');
  }
  await tab.locator('.passkey-create').click();
  await tab.locator('.notice', { hasText: 'The passkey was added.' }).waitFor();
  await tab.context().clearCookies();
  await tab.goto(`https://${host}/admin`);
  // The browser offers the passkey as soon as the sign-in page is open, and the device of the test accepts.
  await tab.locator('h1', { hasText: 'Administration' }).waitFor();
  t.equal(tab.url(), `https://${host}/admin`);

  t.match(await run('postern group add', set), /staff/);
  const mail = await smtp.next('grace@example.com');
  t.match(mail, { from: 'id@example.com', user: 'postern' });
  t.match(
    await run('--recipe grafana', set),
    /allowed_groups .*staff[\s\S]*auth_url = https:\/\/id\.example\.com\//,
  );
  await run('postern backup', set);
  t.equal(globSync('postern-*.db', { cwd }).length, 1);
  t.same(blocks.left(), [], 'every block of the page that names this test was run');
});
