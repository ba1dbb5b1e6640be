import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { grantTypesOf } from '#src/features/declarations.ts';
import { createClients } from '#src/services/clients/index.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { openCommandFolder, testConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

interface Shown {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly secrets: readonly { readonly name: string; readonly expires_at?: string }[];
}

const web = ['client', 'add', '--type', 'web', '--redirect-uri', 'https://app.example.com/callback'];

t.test('clients are managed by command while a server runs on the same store', async (t) => {
  const { cwd, run, runInProcess } = await openCommandFolder(t);
  const store = await openStore(`sqlite:${join(cwd, 'store.db')}`, { clock: Date });
  const { events } = recordEvents();
  const server = createClients({
    store,
    config: testConfig(),
    clock: Date,
    events,
    grantTypes: grantTypesOf(),
  });
  t.teardown(async () => {
    server.close();
    await store.close();
  });

  t.match((await runInProcess(['client', 'list'])).out, /There are no clients/);
  const added = await run([
    ...web,
    '--id',
    'app',
    '--name',
    'App',
    '--property',
    'default_max_age=60',
    '--json',
  ]);
  t.equal(added.exit, 0, added.err);
  const shown = added.json<Shown>();
  t.match(shown, {
    client_id: 'app',
    default_max_age: 60,
    from: 'store',
  });
  const first = shown.client_secret ?? '';
  t.ok(await server.verifySecret('app', first), 'the server knows it');

  t.match(shown, { connection: { issuer: /^http/, discovery_url: /openid-configuration$/ } });
  const rules = ['--pkce', 'required', '--alg', 'ES256', '--id-token-claims', 'all', '--first-party'];
  const strict = await runInProcess([...web, '--id', 'strict', ...rules]);
  for (const line of ['pkce +required', 'id_token_claims +all', 'first_party +true'])
    t.match(strict.out, new RegExp(`\\n${line}\\n`));
  t.match(strict.out, /\nid_token_signed_response_alg +ES256\n/);
  t.match(strict.out, /\ndiscovery_url +http.*\n/);
  t.match(strict.out, /\nOIDC_CLIENT_ID=strict\nOIDC_CLIENT_SECRET=\S{40,}\nOIDC_REDIRECT_URI=http/);
  const television = await runInProcess(['client', 'add', '--type', 'device', '--id', 'tv']);
  t.match(
    television.out,
    /\nOIDC_CLIENT_ID=tv\nOIDC_DEVICE_AUTHORIZATION_ENDPOINT=http\S+\/oauth\/device\S*\nOIDC_TOKEN_ENDPOINT=http\S+\/oauth\/token\n/,
  );
  await runInProcess(['client', 'delete', 'tv']);
  t.match(await runInProcess([...web, '--pkce', 'never']), {
    exit: 2,
    err: /pkce.*must be auto or required or exempt/,
  });
  t.match(await runInProcess([...web, '--scope', 'openid profil']), {
    exit: 2,
    err: /did you mean profile\?/,
  });
  const audience = (which: string) => ['client', 'update', 'strict', '--assertion-audience', which];
  t.match((await runInProcess(audience('endpoint'))).out, /\nassertion_audience +endpoint\n/);
  t.match(await runInProcess(audience('any')), {
    exit: 2,
    err: /assertion_audience.*must be issuer or endpoint/,
  });
  const fapi2 = ['--type', 'web', '--profile', 'fapi2', '--jwks-uri', 'https://app.example.com/jwks'];
  const refused = await runInProcess(['client', 'add', ...fapi2, '--assertion-audience', 'endpoint']);
  t.match(refused, { exit: 2, err: /assertion_audience.*must be issuer \(profile fapi2\)/ });
  const signing = ['--property', 'token_endpoint_auth_signing_alg=ES256'];
  const bank = await runInProcess(['client', 'add', ...fapi2, ...web.slice(4), ...signing, '--id', 'bank']);
  t.match(bank.out, /^id_token_signed_response_alg +ES256$/m, bank.err);
  await runInProcess(['client', 'delete', 'bank']);
  await runInProcess(['client', 'delete', 'strict']);

  const one = await runInProcess(['client', 'show', 'app']);
  t.match(one.out, /client_name +App/);
  t.notMatch(one.out, first, 'shown once means once');
  const json = await run(['client', 'show', 'app', '--json']);
  t.notOk(json.json<Shown>().client_secret);

  const rotated = (await run(['client', 'rotate-secret', 'app', '--overlap', '0', '--json'])).json<Shown>();
  await waitFor('the former one to end', async () => !(await server.verifySecret('app', first)));
  t.ok(await server.verifySecret('app', rotated.client_secret ?? ''));

  const spare = await run(['client', 'add-secret', 'app', 'spare', '--expires', '2999-01-31', '--json']);
  t.match(spare.json<Shown>(), { name: 'spare', expires_at: '2999-01-31T00:00:00.000Z' });
  t.equal((await runInProcess(['client', 'remove-secret', 'app', 'spare'])).exit, 0);

  const updated = await run([
    'client',
    'update',
    'app',
    '--name',
    'Renamed',
    '--unset',
    'default_max_age',
    '--json',
  ]);
  t.match(updated.json<Shown>(), {
    client_name: 'Renamed',
    redirect_uris: ['https://app.example.com/callback'],
  });
  t.notMatch(updated.out, /default_max_age/);
  await waitFor('the server to hear', async () => (await server.find('app'))?.client_name === 'Renamed');
  t.match(
    (await runInProcess(['client', 'list'])).out,
    /CLIENT_ID.*PKCE.*\napp +client_secret_basic +auto +store +Renamed/,
  );

  t.match((await run(['client', 'delete', 'app', '--json'])).json(), { client_id: 'app', deleted: true });
  await waitFor('the server to forget', async () => (await server.find('app')) === undefined);
});

t.test('every refusal of a client command is one sentence and its exit code', async (t) => {
  const { cwd, runInProcess: runHere } = await openCommandFolder(t);
  await runHere([...web, '--id', 'app']);
  const broken = join(cwd, 'broken.json');
  await writeFile(broken, '{');
  const refusals: [readonly string[], number, RegExp][] = [
    [['client', 'show', 'nobody'], 3, /no client nobody/],
    [['client', 'delete', 'nobody'], 3, /no client nobody/],
    [['client', 'update', 'nobody', '--name', 'x'], 3, /no client nobody/],
    [['client', 'rotate-secret', 'nobody'], 3, /no client nobody/],
    [['client', 'update', 'app'], 2, /Nothing to change: name a property/],
    [['client', 'update', 'app', '--unset', 'logo'], 2, /logo: no property of clients has this name/],
    [[...web, '--id', 'app'], 4, /exists already/],
    [['client', 'add', '--type', 'web'], 2, /redirect_uris: must name at least one URI/],
    [['client', 'add', '--type', 'magic'], 2, /Expected one of web, spa/],
    [['client', 'add'], 2, /--type/],
    [[...web, '--redirect-uri', 'http://evil.example/'], 2, /must use https/],
    [[...web, '--profile', 'fapi2'], 2, /jwks: or jwks_uri is needed.*token_endpoint_auth_signing_alg/],
    [[...web, '--property', 'made_up=1'], 2, /made_up: is not a property/],
    [[...web, '--property', 'nothing'], 2, /name=value/],
    [[...web, '--jwks', broken], 2, /can't be read as JSON/],
    [['client', 'rotate-secret', 'app', '--overlap', '-1'], 2, /whole number/],
    [['client', 'list', '--cursor', 'garbage'], 2, /cursor/],
  ];
  await Promise.all(
    refusals.map(async ([args, exit, message]) => {
      const ran = await runHere(args);
      t.equal(ran.exit, exit, `${args.join(' ')}: ${ran.err}`);
      t.match(ran.err, message);
      t.equal(ran.err.trim().split('\n').length, 1, 'one line, no stack');
      t.equal(ran.out, '');
    }),
  );
  const memory = await openCommandFolder(t, 'memory:');
  const ran = await memory.runInProcess(['client', 'list', '--json']);
  t.equal(ran.exit, 2);
  t.match(JSON.parse(ran.err), { error: { code: 'store_in_memory' } });
});

t.test('a scheme that another app can claim is accepted with a warning', async (t) => {
  const { runInProcess: runHere } = await openCommandFolder(t);
  const uri = 'cursor://anysphere.cursor-mcp/oauth/callback';
  const added = await runHere(['client', 'add', '--type', 'native', '--redirect-uri', uri]);
  t.equal(added.exit, 0, added.err);
  t.match(added.err, /^cursor: is no reversed domain name/);
  const refused = await runHere([
    'client',
    'add',
    '--type',
    'native',
    '--redirect-uri',
    'javascript:alert(1)',
  ]);
  t.match(refused, { exit: 2, err: /has the scheme javascript, which browsers handle themselves/ });
});

t.test('a secret comes from standard input, and a weak one is refused', async (t) => {
  const { run } = await openCommandFolder(t);
  const secret = randomBytes(32).toString('hex');
  const added = await run([...web, '--secret-stdin', '--json'], `${secret}\n`);
  t.equal(added.exit, 0, added.err);
  t.notMatch(added.out + added.err, secret, 'who gave it has it already');
  t.match(await run([...web, '--secret-stdin'], 'hunter2\n'), { exit: 2, err: /32 to 256/ });
  t.match(await run([...web, '--secret-stdin']), { exit: 2, err: /standard input/ });

  const made = (await run(['client', 'make-secret', '--json'])).json<{
    client_secret: string;
    hash: string;
  }>();
  const entry = {
    client_id: 'fixed',
    redirect_uris: ['https://app.example.com/callback'],
    secrets: [{ name: 'only', hash: made.hash }],
  };
  const listed = await run(['client', 'list', '--set', `clients=${JSON.stringify([entry])}`, '--json']);
  t.match(listed.json(), { items: [{ client_id: 'fixed', from: 'configuration' }, { from: 'store' }] });
});

t.test('client add and update say what a request with the scope of a client leaves out', async (t) => {
  const { runInProcess } = await openCommandFolder(t);
  const [api, closed] = ['https://api.example.com', 'https://closed.example.com'];
  const resources = `resources=[{audience: "${api}", scopes: [read]}, {audience: "${closed}", scopes: [audit], userinfo: false}]`;
  const run = (args: readonly string[]) => runInProcess(['--set', resources, ...args]);
  const foreign = await run([...web, '--id', 'foreign', '--scope', 'openid read']);
  t.equal(foreign.exit, 0, foreign.err);
  t.match(foreign.err, `read is a scope of ${api}: a request gets it only if it names that API`);
  const fixed = await run(['client', 'update', 'foreign', '--property', `resources=["${api}"]`]);
  t.equal(fixed.exit, 0, fixed.err);
  t.notMatch(fixed.err, 'is a scope of');
  const apart = await run([...web, '--scope', 'openid audit', '--property', `resources=["${closed}"]`]);
  t.match(apart.err, `doesn't name ${closed} gets a token for /userinfo`);
  t.match(apart.err, 'the resource has userinfo: false');
  const two = await run([...web, '--scope', 'read audit', '--property', `resources=["${api}", "${closed}"]`]);
  t.match(two.err, 'read audit are scopes of several APIs');
  t.match(two.err, 'The scope has no openid: the client gets no ID token');
  t.notMatch(apart.err, 'has no openid');
  const machine = await run(['client', 'add', '--type', 'machine', '--name', 'Robot', '--scope', 'read']);
  t.equal(machine.exit, 0, machine.err);
  t.notMatch(machine.err, 'has no openid', 'it signs no one in');
});

t.test('a client for backchannel requests needs openid in its scope, and the command says so', async (t) => {
  const { runInProcess } = await openCommandFolder(t);
  const ciba = [
    ...['client', 'add', '--type', 'machine', '--id', 'bank', '--scope', 'email'],
    ...['--property', 'grant_types=["urn:openid:params:grant-type:ciba"]'],
    ...['--property', 'backchannel_token_delivery_mode=poll'],
  ];
  const added = await runInProcess(ciba);
  t.equal(added.exit, 0, added.err);
  t.match(added.err, /ciba needs openid .* add openid to its scope/);
  t.match((await runInProcess(['client', 'update', 'bank', '--name', 'Bank'])).err, /ciba needs openid/);
  const mended = await runInProcess(['client', 'update', 'bank', '--scope', 'openid email']);
  t.equal(mended.exit, 0, mended.err);
  t.notMatch(mended.err, /openid/);
});
