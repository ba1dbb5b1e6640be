import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { runPostern } from '../support/setup/index.ts';

const issuer = 'https://id.example.com';
const emptyFolder = (t: Test): string => t.testdir();
const yamlIn = async (cwd: string) => parse(await readFile(join(cwd, 'postern.yaml'), 'utf8'));
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

t.test('what no server could start with is refused, and nothing is written', async (t) => {
  const cwd = emptyFolder(t);
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /Name the public address of this server: --issuer/],
    [['--issuer', 'id.example.com'], /--issuer: Expected an http or https URL/],
    [['--issuer', `${issuer}/`], /--issuer: Expected/],
    [['--issuer', 'http://id.example.com'], /--issuer: Expected an https URL/],
    [['--issuer', issuer, '--store', 'memory:'], /--store: A store in memory is lost/],
    [['--issuer', issuer, '--store', 'mysql://db'], /--store: Expected memory:, sqlite:PATH/],
    [['--issuer', issuer, '--store', 'redis://a', '--store-file', 'b'], /either --store or --store-file/],
    [['--issuer', issuer, '--proxy', '10.0.0.0/99'], /--proxy: Expected an IP address.*or none/],
    [['--issuer', issuer, '--mail', 'mail.example.com', '--mail-from', 'a@b.c'], /--mail: Expected smtps/],
    [['--issuer', issuer, '--mail', 'smtps://mail.example.com'], /Name the sender too/],
    [['--issuer', issuer, '--mail-from', 'id@example.com'], /Name the mail server too/],
    [['--issuer', issuer, '--set', 'mode=development'], /--set is not written to a file/],
  ];
  for (const [flags, err] of refusals)
    t.match(await runPostern(cwd, ['init', ...flags]), { exit: 2, err }, flags.join(' '));
  const missing = ['--mail', 'smtps://postern@mail.example.com', '--mail-from', 'id@example.com'];
  t.match(
    await runPostern(cwd, ['init', '--issuer', issuer, ...missing, '--mail-password-file', 'missing']),
    { exit: 78, err: /Can not read .*missing/ },
    'found by the check of the configuration',
  );
  t.same(await readdir(cwd), []);
});

t.test('flags give a configuration for production that a server can start with', async (t) => {
  const cwd = emptyFolder(t);
  await writeFile(join(cwd, 'password'), 'of the mail server');
  const mail = ['--mail', 'smtps://postern@mail.example.com', '--mail-from', 'Example <id@example.com>'];
  const result = await runPostern(cwd, [
    ...['init', '--issuer', issuer, '--proxy', '10.0.0.0/8', '192.168.1.1'],
    ...['--store', 'redis://:hunter2@redis:6379', ...mail, '--mail-password-file', 'password'],
  ]);
  t.match(result, { exit: 0, out: /The configuration is fine: production mode, issuer https:\/\/id/ });
  t.match(result.out, /Keep a copy of key-encryption-key/);
  t.notMatch(`${result.out}${result.err}`, 'hunter2');
  t.match(await yamlIn(cwd), {
    mode: 'production',
    issuer,
    listen: { host: '0.0.0.0', port: 3000 },
    proxy: { trusted: ['10.0.0.0/8', '192.168.1.1'] },
    store: { url_file: 'store-url' },
    security: { key_encryption_key_file: 'key-encryption-key' },
    mail: { url: 'smtps://postern@mail.example.com', from: 'Example <id@example.com>' },
  });
  t.notMatch(await readFile(join(cwd, 'postern.yaml'), 'utf8'), 'hunter2');
  t.equal(await readFile(join(cwd, 'store-url'), 'utf8'), 'redis://:hunter2@redis:6379\n');
  t.equal(Buffer.from(await readFile(join(cwd, 'key-encryption-key'), 'utf8'), 'base64').length, 32);
  const modes = ['postern.yaml', 'key-encryption-key', 'store-url'].map((name) => modeOf(join(cwd, name)));
  t.same(await Promise.all(modes), [0o640, 0o600, 0o600]);
  t.match(await runPostern(cwd, ['config', 'check']), { exit: 0 });
});

t.test('nothing is overwritten, and a key that is there is used', async (t) => {
  const cwd = emptyFolder(t);
  const key = `${Buffer.alloc(32, 7).toString('base64')}\n`;
  await writeFile(join(cwd, 'key-encryption-key'), key, { mode: 0o600 });
  const flags = ['init', '--issuer', issuer, '--store', 'redis://:hunter2@redis:6379'];
  await writeFile(join(cwd, 'store-url'), 'of another');
  t.match(await runPostern(cwd, flags), { exit: 4, err: /store-url exists already/ });
  t.notOk(existsSync(join(cwd, 'postern.yaml')));
  t.match(await runPostern(cwd, flags.slice(0, 3)), { exit: 0, out: /The key file that was there is used/ });
  t.equal(await readFile(join(cwd, 'key-encryption-key'), 'utf8'), key);
  const before = await readFile(join(cwd, 'postern.yaml'), 'utf8');
  t.match(await yamlIn(cwd), { listen: { host: '127.0.0.1' }, proxy: { trusted: ['127.0.0.1'] } });
  t.match(await runPostern(cwd, ['init', '--issuer', 'https://other.example.com']), {
    exit: 4,
    err: /postern\.yaml exists already, and nothing is overwritten/,
  });
  t.equal(await readFile(join(cwd, 'postern.yaml'), 'utf8'), before);
});

t.test('a folder that can not be written to is named', async (t) => {
  const cwd = emptyFolder(t);
  await writeFile(join(cwd, 'file'), '');
  t.match(await runPostern(cwd, ['--config', 'file/postern.yaml', 'init', '--issuer', issuer]), {
    exit: 1,
    err: /file\/key-encryption-key can not be written \(E/,
  });
});

t.test('--config names another place, and --json says what was written', async (t) => {
  const cwd = emptyFolder(t);
  const flags = [
    '--config',
    'etc/postern.yaml',
    '--json',
    'init',
    '--yes',
    '--issuer',
    'http://localhost:4000',
  ];
  const { exit, out } = await runPostern(cwd, flags);
  t.equal(exit, 0);
  t.match(JSON.parse(out), {
    ok: true,
    mode: 'development',
    files: [join(cwd, 'etc/key-encryption-key'), join(cwd, 'etc/postern.yaml')],
  });
  t.match(parse(await readFile(join(cwd, 'etc/postern.yaml'), 'utf8')), { listen: { port: 4000 } });
});

/** Runs the command on a terminal of its own, and gives each answer when its question has come. */
const onTerminal = async (cwd: string, answers: readonly (readonly [question: RegExp, answer: string])[]) => {
  const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
  const command = `'${process.execPath}' '${main}' init`;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  let log = '';
  let seen = 0;
  const pending = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += stripVTControlCharacters(text);
    const [next] = pending;
    const found = next?.[0].exec(log.slice(seen));
    if (!next || !found) return;
    seen = log.length;
    pending.shift();
    child.stdin.write(next[1]);
  });
  const [code] = await ended;
  child.stdin.destroy();
  return { code, log, pending };
};

t.test('a person on a terminal is asked, and an answer that is wrong is asked for again', async (t) => {
  const cwd = emptyFolder(t);
  const { code, log, pending } = await onTerminal(cwd, [
    [/Public address.*: $/, 'id.example.com\r'],
    [/Expected an http or https URL[\s\S]*Public address.*: $/, `${issuer}\r`],
    [/Store.*\[sqlite:.*\]: $/, '\r'],
    [/reverse proxies.*\[127\.0\.0\.1\]: $/, '10.1.2.3\r'],
    [/Mail server.*\[none\]: $/, 'smtps://postern@mail.example.com\r'],
    [/Sender.*: $/, 'id@example.com\r'],
    [/Password of the mail server: $/, 'hunter2\r'],
    [/once more: $/, 'hunter2\r'],
  ]);
  t.same(pending, [], log);
  t.equal(code, 0, log);
  t.notMatch(log, 'hunter2', 'a password is not shown');
  t.match(log, /The configuration is fine: production mode/);
  t.match(await yamlIn(cwd), {
    issuer,
    proxy: { trusted: ['10.1.2.3'] },
    mail: { password_file: 'mail-password' },
  });
  t.equal(await readFile(join(cwd, 'mail-password'), 'utf8'), 'hunter2\n');
  t.equal(await modeOf(join(cwd, 'mail-password')), 0o600);
});

t.test('a person who gives up leaves nothing behind', async (t) => {
  for (const key of ['\u0003', '\u0004']) {
    const cwd = emptyFolder(t);
    const { code, log } = await onTerminal(cwd, [[/Public address.*: $/, key]]);
    t.equal(code, 130, log);
    t.same(await readdir(cwd), []);
  }
});
