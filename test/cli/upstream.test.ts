import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import {
  openCommandFolder,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { openLogin, signInBy } from '../support/upstream-sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

const id = 'store.acme';

t.test('upstreams are managed by command, beside a running server', async (t) => {
  const fake = await startFakeUpstream(t);
  const { cwd, runInProcess: run } = await openCommandFolder(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    store: { url: `sqlite:${join(cwd, 'store.db')}` },
  });
  const json = async (args: readonly string[]) => {
    const { exit, out, err } = await run([...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const file = join(cwd, 'secret');
  await writeFile(file, `${fake.clientSecret}\n`);
  const settings = ['--name', 'Acme', '--issuer', fake.issuer, '--client-id', fake.clientId];

  await t.test('every refusal is one sentence and its exit code', async (t) => {
    const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['add', 'acme', ...settings], 2, /id: Expected store\. and up to 32 characters/],
      [['add', id, '--name', 'Acme'], 2, /client_id: Is missing/],
      [['add', id, ...settings, '--property', 'link=verified_email'], 2, /link: verified_email needs/],
      [['add', id, ...settings, '--property', 'nmae=x'], 2, /nmae: There is no such key/],
      [['add', id, ...settings, '--property', 'client_secret=x'], 2, /Other users can read the command line/],
      [['add', id, ...settings, '--client-secret-file', 'none'], 2, /none can't be read/],
      [['update', id, '--name', 'x'], 3, /There is no upstream store\.acme/],
      [['update', id], 2, /Nothing to change/],
      [['stop', id], 3, /There is no upstream/],
      [['delete', id], 3, /There is no upstream/],
    ];
    for (const [args, exit, message] of refusals) {
      const result = await run(['upstream', ...args]);
      t.equal(result.exit, exit, `${args.join(' ')}: ${result.err}`);
      t.match(result.err, message);
    }
  });

  const added = await run([
    ...['upstream', 'add', id, ...settings, '--client-secret-file', file],
    ...['--create', '--domain', 'acme.example', '--property', 'link=never'],
  ]);
  t.equal(added.exit, 0, added.err);
  t.match(added.out, /redirect_uri +\S+\/upstream\/store\.acme\/callback/);
  t.notMatch(added.out + added.err, fake.clientSecret);
  t.match(await run(['upstream', 'add', id, ...settings]), { exit: 4, err: /exists already/ });

  const isOffered = async () => (await openLogin(server.issuer)).body.includes('Continue with Acme');
  await waitFor('the server to offer it', isOffered);
  fake.person = { sub: 'u1', preferred_username: 'grace' };
  t.ok(redirectParameters(await signInBy(server.issuer, id)).get('code'));

  t.match((await run(['upstream', 'list'])).out, new RegExp(`store\\.acme +store +${fake.issuer} +Acme`));
  await json(['upstream', 'stop', id]);
  await waitFor('the server to stop it', async () => !(await isOffered()));
  t.match((await run(['upstream', 'list'])).out, /store\.acme +store +stopped/);
  await json(['upstream', 'start', id]);
  await waitFor('the server to start it', isOffered);
  t.match(await json(['upstream', 'update', id, '--name', 'Acme Inc', '--unset', 'domains']), {
    name: 'Acme Inc',
    domains: [],
    has_client_secret: true,
  });
  t.match(await json(['upstream', 'delete', id]), { deleted: true });
  t.match(await json(['upstream', 'list']), { items: [] });
  t.same(
    server.events.filter(({ type }) => type.startsWith('upstream.')),
    [],
    'the command has a record of its own',
  );
  const { out } = await run(['audit', 'list', '--json']);
  t.match(out, 'upstream.added');
  t.match(out, 'upstream.removed');
});

t.test('doctor names an upstream that breaks a rule of the configuration', async (t) => {
  const { runInProcess: run } = await openCommandFolder(t);
  const settings = ['--name', 'Acme', '--issuer', 'https://acme.example', '--client-id', 'postern'];
  const levels = ['--set', 'security.acr_values=["strong"]'];
  await run(['account', 'add', 'ada', '--generate']);
  const added = await run([
    ...levels,
    'upstream',
    'add',
    id,
    ...settings,
    '--property',
    'acr={"*":"strong"}',
  ]);
  t.equal(added.exit, 0, added.err);
  const { out } = await run(['doctor', '--json']);
  t.match(
    JSON.parse(out).findings.filter(({ about }: { about: string }) => about === 'upstreams'),
    [{ code: 'upstream_unusable', severity: 'error', message: /store\.acme is not offered: acr\.\*/ }],
  );
  t.match(await run(['upstream', 'list']), { out: /unusable/, err: /strong is not in security\.acr_values/ });
  const reading = await run([...levels, 'doctor', '--json']);
  t.notMatch(reading.out, 'upstream_unusable');
});
