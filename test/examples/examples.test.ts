import { createPublicKey, verify } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from 'postern/testing';
import t, { type Test } from 'tap';
import type { AddClient } from '#src/services/clients/index.ts';
import { blocksRunBy } from '../docs/command-blocks.ts';
import { startScript } from '../docs/run-script.ts';
import { launchChromium } from '../support/chromium.ts';
import { followPages } from '../support/follow-pages.ts';
import { Browser, httpGet, postForm, startInProcess, startProgram } from '../support/setup/index.ts';

const person = { login: 'ada', password: 'correct horse battery' };
const audience = 'https://api.example.com/notes';

const server = await startInProcess(t, {
  accounts: [{ username: person.login, password: person.password, name: 'Ada <Lovelace>' }],
  resources: [{ audience, scopes: ['demo:read', 'demo:write'] }],
  tokens: { device_interval: 1 },
});
const ISSUER = server.issuer;

/** Starts an example on a free port, with a client whose redirect URI points to it. */
const start = async (
  t: Test,
  file: string,
  type: AddClient['type'],
  metadata: AddClient['metadata'] = {},
) => {
  const PORT = String(await freePort());
  const home = `http://localhost:${PORT}`;
  const addresses =
    type === 'web' || type === 'spa' || type === 'issuer' ? { redirect_uris: [`${home}/callback`] } : {};
  const { id, secret = '' } = await server.addClient({
    ...(type && { type }),
    metadata: { ...addresses, ...metadata },
  });
  const env = { ISSUER, CLIENT_ID: id, CLIENT_SECRET: secret, PORT, RESOURCE: audience, AUDIENCE: audience };
  return { home, env, secret, id, program: startProgram(t, `examples/${file}`, [], { env }) };
};

t.test('the Express application with openid-client signs a person in', async (t) => {
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const { id, secret = '' } = await server.addClient({
    type: 'web',
    metadata: { redirect_uris: [`${home}/callback`], post_logout_redirect_uris: [`${home}/`] },
  });
  const env = { ISSUER, CLIENT_ID: id, CLIENT_SECRET: secret, PORT: String(port) };
  const program = startProgram(t, 'examples/express/server.js', [], { env });
  await program.waitForOutput(/listening/);
  const browser = new Browser();
  t.match((await browser.open(`${home}/`)).body, /Sign in/);
  const page = await followPages(browser, `${home}/login`, person);
  t.match(page.body, 'Hello Ada &#60;Lovelace&#62;', 'a name is text');
  t.match(
    (await new Browser().open(`${home}/callback?code=stolen&state=guessed`)).url,
    /\/login|interaction/,
  );
  const out = await followPages(browser, `${home}/logout`, person);
  t.match(out, { url: `${home}/`, body: /Sign in/ });
});

t.test('the application of the tutorial signs a person in, and out again', async (t) => {
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const { id, secret = '' } = await server.addClient({
    type: 'web',
    metadata: { redirect_uris: [`${home}/callback`], post_logout_redirect_uris: [`${home}/`] },
  });
  const env = { ISSUER, CLIENT_ID: id, CLIENT_SECRET: secret, PORT: String(port) };
  const program = startProgram(t, 'examples/protect-your-app/node/server.js', [], { env });
  await program.waitForOutput(/listening/);
  const browser = new Browser();
  t.match((await browser.open(`${home}/`)).body, /Welcome/);
  const notes = await followPages(browser, `${home}/notes`, person);
  t.match(notes, { url: `${home}/notes`, body: /Notes of Ada &#60;Lovelace&#62;/ }, 'the page they wanted');
  const foreign = await new Browser().open(`${home}/callback?code=stolen&state=guessed`);
  t.match(foreign.body, /Welcome/, 'a sign-in that this browser did not begin');
  const out = await followPages(browser, `${home}/logout`, person);
  t.match(out, { url: `${home}/`, body: /Welcome/ });
  const again = await followPages(browser, `${home}/notes`, { ...person, password: 'wrong' }).catch(String);
  t.match(again, /no end to it/, 'signed out at the server too: it asks for the password');
});

t.test('the packages of the tutorial are the ones that were tested', (t) => {
  const { dependencies } = JSON.parse(readFileSync('examples/protect-your-app/node/package.json', 'utf8'));
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const known = { ...own.dependencies, ...own.devDependencies };
  for (const [name, version] of Object.entries(dependencies)) t.equal(version, known[name], name);
  t.end();
});

t.test('the Fastify application with @fastify/oauth2 signs a person in', async (t) => {
  const { home, program } = await start(t, 'fastify/server.js', 'web');
  await program.waitForOutput(/listening/);
  const browser = new Browser();
  const first = await followPages(browser, `${home}/login`, person);
  t.match(JSON.parse(first.body), { person: { name: 'Ada <Lovelace>' } });
  const again = await followPages(browser, `${home}/refresh`, person);
  t.match(JSON.parse(again.body), { person: { name: 'Ada <Lovelace>' } });
  const out = await followPages(browser, `${home}/logout`, person);
  t.match(JSON.parse(out.body), { signIn: `${home}/login` });
});

t.test('an API verifies the tokens of a machine', async (t) => {
  const api = await start(t, 'resource-server/server.js', 'machine');
  await api.program.waitForOutput(/listening/);
  const machine = { ...api.env, API_URL: `${api.home}/notes` };
  const program = startProgram(t, 'examples/machine/call-api.js', [], { env: machine });
  t.equal((await program.ended).code, 0, program.log());
  t.equal(program.log().match(/Water the plants/g)?.length, 2);
  t.match(program.log(), `for: '${api.id}'`);

  const token = async (fields: Record<string, string>) => {
    const basic = Buffer.from(`${api.id}:${api.secret}`).toString('base64');
    const { body } = await postForm(
      `${ISSUER}/oauth/token`,
      { grant_type: 'client_credentials', ...fields },
      { authorization: `Basic ${basic}` },
    );
    return String(body.access_token);
  };
  const call = async (bearer?: string) => {
    const { status, headers } = await httpGet(
      `${api.home}/notes`,
      bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    );
    return { status, challenge: headers.get('www-authenticate') };
  };
  t.match(await call(), { status: 401, challenge: /^Bearer realm=/ });
  t.match(await call('made.up.token'), { status: 401, challenge: /error="invalid_token"/ });
  t.match(await call(await token({})), { status: 401 }, 'a token for another audience (RFC 9068 §4)');
  const narrow = await token({ resource: audience, scope: 'demo:write' });
  t.match(await call(narrow), { status: 403, challenge: /insufficient_scope.*demo:read/ });
  const known = await httpGet(`${api.home}/.well-known/oauth-protected-resource`);
  t.match(known.body, { resource: audience, authorization_servers: [ISSUER] }, 'RFC 9728');

  const failed = startProgram(t, 'examples/machine/call-api.js', [], {
    env: { ...machine, CLIENT_SECRET: 'wrong' },
  });
  t.not((await failed.ended).code, 0);
  t.match(failed.log(), /invalid_client/);
});

t.test('a device in a terminal is connected', async (t) => {
  const { program } = await start(t, 'device/device.js', 'device');
  const [, uri, code = ''] = await program.waitForOutput(/open (\S+)\nand enter (\S+)/);
  t.match(program.log(), /[█▀▄]{5}/, 'a QR code');
  const browser = new Browser();
  const page = await browser.open(uri ?? '');
  const done = await followPages(browser, await browser.submit(page, { user_code: code }), person);
  t.match(done.body, /device-done/);
  await program.waitForOutput(/Connected as/);
  t.equal((await program.ended).code, 0);
  t.match(program.log(), 'Ada <Lovelace>');
});

t.test('an issuer-style service redeems a code', async (t) => {
  const { home, program } = await start(t, 'issuer/server.js', 'issuer', { audience });
  await program.waitForOutput(/listening/);
  const page = await followPages(new Browser(), `${home}/login`, person);
  t.same(JSON.parse(page.body), { token_type: 'Bearer', expires_in: 3600 });
  const foreign = await new Browser().open(`${home}/callback?code=${'x'.repeat(43)}&state=guessed`);
  t.equal(foreign.status, 400, 'an answer that this browser did not ask for');
});

t.test('the single-page application with oidc-client-ts signs a person in, in Chromium', async (t) => {
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const { id } = await server.addClient({
    type: 'spa',
    metadata: { redirect_uris: [`${home}/callback`], post_logout_redirect_uris: [`${home}/`] },
  });
  const program = startProgram(t, 'examples/spa/serve.js', [], {
    env: { ISSUER, CLIENT_ID: id, PORT: String(port) },
  });
  await program.waitForOutput(/listening/);
  const chromium = await launchChromium();
  t.teardown(() => chromium.close());
  const page = await chromium.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(home);
  await page.locator('#status[data-state=out]').waitFor();
  await page.click('#sign-in');
  await page.fill('[name=login]', person.login);
  await page.fill('[name=password]', person.password);
  await page.click('.login-submit');
  await page.click('.consent-allow');
  await page.locator('#status[data-state=in]').waitFor();
  t.equal(await page.textContent('#status'), 'Hello Ada <Lovelace>');
  t.equal(page.url(), `${home}/`, 'the code does not stay in the address bar');
  await page.click('#refresh');
  await page.locator('#status[data-state=refreshed]').waitFor();
  await page.click('#sign-out');
  await page.click('.logout-confirm');
  await page.locator('#status[data-state=out]').waitFor();
  t.same(faults, []);
});

t.test('the signer of the example answers with a signature that its public key verifies', async (t) => {
  const blocks = blocksRunBy('test/examples/examples.test.ts', 'examples/remote-signer/README.md');
  const port = await freePort();
  const root = join(import.meta.dirname, '../..');
  const script = blocks
    .take('openssl genpkey')
    .replace('node_modules/.bin/node examples', `'${process.execPath}' ${root}/examples`)
    .replace('--kid remote-1', `--kid remote-1 --port ${port}`);
  const cwd = t.testdir();
  const started = startScript(script, { cwd, env: { ...process.env, NODE_OPTIONS: '' } });
  t.teardown(() => started.end());
  await started.waitForOutput(/\n}\n/);
  const jwk = JSON.parse(started.log().slice(started.log().indexOf('{')));
  const sign = (token: string) =>
    fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({
        kid: 'remote-1',
        alg: 'ES256',
        data: Buffer.from('data').toString('base64url'),
      }),
    });
  t.equal((await sign('guessed')).status, 401);
  const { signature } = await (await sign(readFileSync(join(cwd, 'signer-token'), 'utf8').trim())).json();
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const bytes = Buffer.from(signature, 'base64url');
  t.ok(verify('sha256', Buffer.from('data'), { key, dsaEncoding: 'ieee-p1363' }, bytes));
  t.same(blocks.left(), []);
});

t.test('each example is short, and says how it is run', async (t) => {
  const files = globSync('examples/{express,fastify,spa,machine,device,issuer,resource-server}/*.js');
  t.equal(files.length, 8);
  for (const file of files) {
    t.ok(readFileSync(file, 'utf8').split('\n').length <= 80, `${file} is under 80 lines`);
    const readme = readFileSync(file.replace(/[^/]+$/, 'README.md'), 'utf8');
    t.match(readme, /npm start/, `${file} has a README`);
  }
});
