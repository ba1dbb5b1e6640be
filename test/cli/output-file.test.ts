import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openCommandFolder } from '../support/setup/index.ts';

const { cwd, runInProcess: run } = await openCommandFolder(t);
const path = (name: string): string => join(cwd, name);

await run(['account', 'add', 'ada', '--generate']);
const { privateKey } = generateKeyPairSync('ed25519');
await writeFile(path('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
const added = await run(['keys', 'import', path('key.pem'), '--json']);
const { kid } = JSON.parse(added.out).added[0];

const exports: readonly (readonly [name: string, args: readonly string[], content: RegExp])[] = [
  ['records', ['export'], /"postern":"export".*sealed.*"end":true/s],
  ['accounts', ['account', 'export', '--with-hashes'], /^\{"username":"ada".*"password_hash":"\$argon2/],
  ['audit', ['audit', 'export'], /"type":"account\.\w+"/],
  ['audit-csv', ['audit', 'export', '--format', 'csv'], /^"time",/],
  ['private', ['keys', 'export', '--kid', kid, '--private'], /"d":/],
];

t.test('an export replaces no file, and leaves none when it fails', async (t) => {
  await writeFile(path('taken'), 'mine');
  for (const [, args] of exports) {
    const refused = await run([...args, '--output', path('taken')]);
    t.match(refused, { exit: 4, out: /^$/, err: /taken exists already/ }, args.join(' '));
  }
  t.equal(await readFile(path('taken'), 'utf8'), 'mine');
  t.match(await run(['export', '--output', path('none/records')]), { exit: 1, err: /can not be written/ });
  const before = await readdir(cwd);
  const unknown = ['keys', 'export', '--kid', 'unknown', '--private', '--output', path('unknown')];
  t.match(await run(unknown), { exit: 3 });
  t.same(await readdir(cwd), before);
});

t.test('only the user who exports may read the file, whatever the umask', async (t) => {
  await mkdir(path('open'));
  await chmod(path('open'), 0o777);
  const umask = process.umask(0);
  t.teardown(() => process.umask(umask));
  for (const [name, args, content] of exports) {
    const file = path(join('open', name));
    t.match(await run([...args, '--output', file]), { exit: 0, out: `Written to ${file}.\n` }, name);
    t.equal((await stat(file)).mode & 0o777, 0o600, name);
    t.match(await readFile(file, 'utf8'), content, name);
  }
  t.match(
    (await run(['keys', 'export', '--kid', kid, '--private'])).out,
    /"d":/,
    'standard output works too',
  );
});
