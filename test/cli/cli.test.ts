import { type StdioOptions, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ConfigurationError } from '#config';
import { runCommand } from '#src/cli/program.ts';
import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';
import { openCommandFolder, startProgram } from '../support/setup/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const postern = `${root}bin/postern`;
const interruptible = fileURLToPath(new URL('./interruptible.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly interruptAfter?: RegExp;
  readonly nodeOptions?: readonly string[];
}

/** Starts a real process, whose environment has only the variables given. */
const node = async (
  [file = '', ...args]: readonly string[],
  { cwd = root, env = {}, interruptAfter, nodeOptions = [] }: ProcessOptions = {},
): Promise<Ended> => {
  const child = startProgram(t, file, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    nodeOptions,
  });
  if (interruptAfter !== undefined) {
    await child.waitForOutput(interruptAfter);
    child.signal('SIGINT');
  }
  const { code } = await child.ended;
  return { code, out: child.out(), err: child.err() };
};

t.test('config check prints the effective settings without the password', async (t) => {
  const cwd = t.testdir({ 'postern.yaml': 'store: { url: "redis://:hunter2@host" }' });
  t.same(await node([postern, 'config', 'check'], { cwd }), {
    code: 0,
    out: 'The configuration is fine: development mode, issuer http://localhost:3000, store redis://:••••••@host.\n',
    err: '',
  });
  const { out } = await node([postern, '--json', 'config', 'check'], { cwd });
  t.same(JSON.parse(out), {
    ok: true,
    mode: 'development',
    issuer: 'http://localhost:3000',
    store: 'redis://:••••••@host',
  });
});

t.test('config check reports every mistake and ends with 78', async (t) => {
  const cwd = t.testdir({ 'other.yaml': 'isuer: x\nlog: { level: loud }' });
  const args = [postern, 'config', 'check', '--config', 'other.yaml', '--set', 'listen.port=many'];
  t.same(await node(args, { cwd }), {
    code: 78,
    out: '',
    err: `postern: The configuration has 3 mistakes:
  isuer: There is no such key. Did you mean issuer? (other.yaml:1:1)
  listen.port: Expected an integer from 0 to 65535, found "many". (--set listen.port)
  log.level: Expected one of fatal, error, warn, info, debug, trace, silent, found "loud". (other.yaml:2:8)
`,
  });
  const { code, err } = await node([...args, '--json'], { cwd });
  t.equal(code, 78);
  t.match(JSON.parse(err), {
    error: { code: 'bad_configuration', problems: [{ path: 'isuer', suggestion: 'issuer' }, {}, {}] },
  });
});

t.test('config print shows values and their sources, and no secret', async (t) => {
  const cwd = t.testdir({
    'postern.yaml': 'pages: { name: "a\\e[31m\\nb" }\nmetrics: { token: hunter2-hunter2-hunter2 }\n',
  });
  const env = { POSTERN_LOG__LEVEL: 'warn', POSTERN_SECURITY__KEY_ENCRYPTION_KEY: '5c'.repeat(32) };
  const { code, out } = await node([postern, 'config', 'print'], { cwd, env });
  t.equal(code, 0);
  t.match(out, /^log\.level +warn +POSTERN_LOG__LEVEL$/m);
  t.match(out, /^pages\.name +"a\\u001b\[31m\\nb" +postern\.yaml$/m);
  t.match(out, /^metrics\.token +•••••• +postern\.yaml$/m);
  t.match(out, /^security\.key_encryption_key +•••••• +POSTERN_SECURITY__KEY_ENCRYPTION_KEY$/m);
  t.match(out, /^listen\.port +3000 +default$/m);
  const json = (await node([postern, 'config', 'print', '--json'], { cwd, env })).out;
  t.match(JSON.parse(json), {
    'log.level': { value: 'warn', source: { env: 'POSTERN_LOG__LEVEL' } },
    'listen.port': { value: 3000, source: 'default' },
    'metrics.token': { value: '••••••' },
  });
  t.notMatch(out + json, /hunter2|5c5c/);
});

t.test('version, help and schema go to standard output', async (t) => {
  const version = await node([postern, 'version', '--json']);
  t.match(JSON.parse(version.out), { postern: /^\d+\.\d+\.\d+/, node: process.versions.node });
  const help = await node([postern, '--help']);
  t.equal(help.code, 0);
  t.match(help.out, /config +check, show and describe the configuration/);
  t.notMatch(help.out, /default: \[\]/);
  const deeper = await node([postern, 'config', 'print', '--help']);
  t.match(deeper.out, /--config[\s\S]+--set[\s\S]+--json/, 'the help of each command has the global options');
  t.match(JSON.parse((await node([postern, 'config', 'schema'])).out), { title: 'postern.yaml' });
});

t.test("failing to write the output is a failure; failing to write a note isn't", async (t) => {
  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  const exitWith = async (args: string[], stdio: StdioOptions): Promise<{ code: number; err: string }> => {
    const child = spawn(process.execPath, [postern, ...args], { cwd: root, env: {}, stdio });
    const err = child.stderr === null ? '' : text(child.stderr);
    const [code] = await once(child, 'close');
    return { code, err: await err };
  };
  const unwritten = await exitWith(['config', 'schema'], ['ignore', full, 'pipe']);
  t.equal(unwritten.code, 1, 'such as an export on a full disk');
  t.match(unwritten.err, /^postern: The answer can not be written .*ENOSPC.*\n$/);
  t.match(JSON.parse((await exitWith(['version', '--json'], ['ignore', full, 'pipe'])).err), {
    error: { code: 'output_failed' },
  });
  t.match(await exitWith(['nonsense'], ['ignore', 'ignore', full]), { code: 2 });
});

t.test('wrong usage ends with 2 and one sentence', async (t) => {
  t.same(await node([postern, 'confg']), {
    code: 2,
    out: '',
    err: "postern: unknown command 'confg'\n(Did you mean config?)\n",
  });
  t.match(await node([postern, 'config', 'check', '--jsn']), {
    code: 2,
    err: /^postern: unknown option '--jsn'/,
  });
  t.match(await node([postern, 'config', '--config']), { code: 2, err: /argument missing/ });
  t.match(await node([postern, 'config', 'check', 'x', '--json']), {
    code: 2,
    err: /^{"error":{"code":"usage",/,
  });
  for (const group of [[], ['client']]) {
    t.match(await node([postern, ...group]), { code: 2, out: '', err: /^Usage: postern/ });
    t.same(await node([postern, ...group, '--json']), {
      code: 2,
      out: '',
      err: '{"error":{"code":"usage","message":"A command is missing: --help lists all commands."}}\n',
    });
  }
});

t.test('SIGINT ends a command with 130, unless the command handles it', async (t) => {
  t.match(await node([interruptible, 'wait'], { interruptAfter: /waiting/ }), { code: 130, err: '' });
  t.match(await node([interruptible, 'drain'], { interruptAfter: /waiting/ }), { code: 0, err: 'drained\n' });
});

t.test('started by another Node version it hands over to the pinned one, or says what to do', async (t) => {
  const dir = t.testdir({
    'other.cjs': `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });
      process.execPath = '/usr/bin/env';`,
    'same.cjs':
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });",
    'bare/node_modules/.bin': {},
    'bare/src/cli': {
      // Without the module hooks this import fails, since there is no package.json.
      'main.ts': `import { started } from '#src/cli/started.ts'; process.stdout.write(JSON.stringify(started));`,
      'started.ts': `import { getCompileCacheDir } from 'node:module';
        const [, file, ...args]: readonly string[] = process.argv;
        export const started = { file, args, cache: getCompileCacheDir() };`,
    },
  });
  const nodeOptions = ['--require', `${dir}/other.cjs`];
  const handedOver = await node([postern, 'config', 'chek'], { nodeOptions });
  t.match(handedOver, { code: 2, err: /unknown command 'chek'/ });
  const version = await node([postern, 'version'], { nodeOptions });
  t.match(version.out, `(Node ${process.versions.node})`);
  const bare = `${dir}/bare/bin/postern`;
  cpSync(`${root}bin`, `${dir}/bare/bin`, { recursive: true });
  const remedy =
    /^postern: this is Node 20\.1\.0, but Node 24 is needed: run `npm ci` in \S+ to install it\.\n$/;
  t.match(await node([bare, 'version'], { nodeOptions }), { code: 1, err: remedy }, 'without a pinned Node');
  symlinkSync(process.execPath, `${dir}/bare/node_modules/.bin/node`);
  const { out } = await node([bare, 'version'], { nodeOptions });
  t.match(JSON.parse(out), { file: bare, args: ['version'], cache: /node_modules\/\.cache\/postern/ });
  t.match(
    await node([bare, 'version'], { nodeOptions: ['--require', `${dir}/same.cjs`] }),
    { code: 1, err: remedy },
    'the pinned Node is of another version too',
  );
});

/** Runs a command that throws `error` and returns its exit code and output. */
const ending = async (error: unknown, ...flags: string[]): Promise<{ code: number; err: string }> => {
  const failing: Command = (program) => {
    program.command('fail').action(() => {
      throw error;
    });
  };
  let err = '';
  const streams = {
    out: () => undefined,
    err: (text: string) => {
      err += text;
    },
  };
  const surroundings = { streams, env: {}, cwd: '/', handleOwnSignals: () => undefined };
  const code = await runCommand([failing], ['fail', ...flags], surroundings);
  return { code, err };
};

t.test("a store.url that can't name a store is a configuration error", async (t) => {
  const cwd = t.testdir({ 'other.db': 'no store' });
  const said = async (url: string, ...args: string[]) =>
    node([postern, '--set', `store.url=${url}`, ...args], { cwd });
  for (const args of [['client', 'list'], ['start']]) {
    t.match(await said(`sqlite:${cwd}`, ...args), {
      code: 78,
      err: /^postern: .* is a folder: name a file in it in store\.url, for example .*\.$/m,
    });
  }
  t.match(await said('redis://host?color=red', 'client', 'list'), {
    code: 78,
    err: /unknown parameter "color"/,
  });
  t.match(await said(`sqlite:${cwd}`, 'doctor', '--json'), { code: 78, out: /"code": "bad_configuration"/ });
  t.match(await said('sqlite:other.db', 'client', 'list'), { code: 1, err: /is not a store, or is damaged/ });
});

t.test("a command doesn't mistake a missing store for an empty one", async (t) => {
  const { cwd, runInProcess: runHere } = await openCommandFolder(t);
  const path = join(cwd, 'mistyped', 'store.db');
  const there = (args: readonly string[]) => runHere(['--set', `store.url=sqlite:${path}`, ...args]);
  const commands = [
    'account list',
    'account show ada',
    'account disable ada',
    'account enable ada',
    'account reset-password ada',
    'account delete ada',
    'client list',
    'client show app',
    'client update app --name App',
    'client rotate-secret app',
    'client add-secret app blue',
    'client remove-secret app blue',
    'client delete app',
    'keys list',
    'keys rotate',
    'keys prune',
    'keys export',
    'audit list',
    'audit export',
    'audit verify',
    'export',
    'migrate --to sqlite:elsewhere.db',
  ];
  for (const command of commands) {
    t.same(
      await there(command.split(' ')),
      {
        exit: 3,
        out: '',
        err: `postern: there is no store at ${path}: start the server, which creates it, or correct store.url.\n`,
      },
      command,
    );
  }
  t.match(JSON.parse((await there(['client', 'list', '--json'])).err), { error: { code: 'store_missing' } });
  const doctor = await there(['doctor', '--json', '--set', 'issuer=http://127.0.0.1:9']);
  t.match(doctor, { exit: 1 });
  t.match(JSON.parse(doctor.out).findings, [{ code: 'store_missing' }, { code: 'unreachable' }]);
  t.same(readdirSync(cwd), [], 'and none of them made anything');
});

t.test('an installation may start with its first account, client or key', async (t) => {
  for (const command of ['account add ada --generate', 'client add --type machine', 'keys import key.pem']) {
    const { cwd, runInProcess: runHere } = await openCommandFolder(t);
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(cwd, 'key.pem'), key);
    const { exit, err } = await runHere(command.replace('key.pem', join(cwd, 'key.pem')).split(' '));
    t.equal(exit, 0, `${command}: ${err}`);
    t.ok(existsSync(join(cwd, 'store.db')));
  }
});

t.test('a failure has its own exit code and one sentence, never a stack', async (t) => {
  for (const exit of [exitCode.failure, exitCode.notFound, exitCode.conflict, exitCode.unavailable]) {
    const failure = new Failure({ code: 'client_gone', message: 'There is no client shop.', exit });
    t.same(await ending(failure), { code: exit, err: 'postern: There is no client shop.\n' });
    t.same(await ending(failure, '--json'), {
      code: exit,
      err: '{"error":{"code":"client_gone","message":"There is no client shop."}}\n',
    });
  }
  t.match(await ending(new ConfigurationError([{ path: 'issuer', message: 'Is wrong.' }])), { code: 78 });
  t.same(await ending(new StoreUnavailable('The store is away.')), {
    code: 5,
    err: 'postern: The store is away.\n',
  });
  t.same(await ending(new StoreUnavailable('the store is away')), {
    code: 5,
    err: 'postern: the store is away.\n',
  });
  t.same(await ending(new StoreUnusable('The file is no database.')), {
    code: 1,
    err: 'postern: The file is no database.\n',
  });
});

t.test('an internal error is distinguished from an expected failure', async (t) => {
  t.same(await ending(new TypeError('x is not a function\n  at somewhere')), {
    code: 1,
    err: 'postern: Unexpected error: x is not a function. Set NODE_DEBUG=postern for the stack.\n',
  });
  t.match(await ending('text', '--json'), { code: 1, err: /^{"error":{"code":"fault",/ });
});
