import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { identity } from '../../packaging/identity.ts';
import { installLocally } from '../../packaging/install-locally.ts';
import { runTool } from '../../packaging/run-tool.ts';
import { assertLatePages, assertSignIn, environment, startInstalled } from './start-installed.ts';

// The package is built and compiled against, which a busy machine takes a while for.
t.setTimeout(300_000);

const run = promisify(execFile);
const checkout = resolve(import.meta.dirname, '../..');

const folder = t.testdir();
const installed = await installLocally(folder);
const postern = join(installed, 'bin/postern');

t.test('the package holds JavaScript, its types, and nothing that takes over a project', async (t) => {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  t.same(
    Object.keys(manifest).filter((key) => /private|scripts|devDep|optionalDep|tap|knip/.test(key)),
    [],
  );
  const names = Object.keys(manifest.dependencies);
  t.ok(names.includes('oidc-provider'));
  t.same(
    names.filter((name) => /^node($|-)/.test(name)),
    [],
    'no copy of Node',
  );
  const sources = globSync(['{src,config,adapters}/**/*.ts'], { cwd: installed });
  t.same(
    sources.filter((file) => !file.endsWith('.d.ts')),
    [],
    'no TypeScript source',
  );
  const modules = globSync('{src,config,adapters}/**/*.js', { cwd: installed });
  t.ok(modules.length > 300, 'the modules were found');
  const leftovers: string[] = [];
  for (const file of [...modules, ...sources]) {
    if (/(from|import|URL)\s*\(?\s*['"][^'"\n]+\.ts['"]/.test(await readFile(join(installed, file), 'utf8')))
      leftovers.push(file);
  }
  t.same(leftovers, [], 'no module names a TypeScript file');
});

t.test('lines and columns of a module are those of its source', async (t) => {
  const source = await readFile(join(checkout, 'src/store/unit-of-work.ts'), 'utf8');
  const module = await readFile(join(installed, 'src/store/unit-of-work.js'), 'utf8');
  const position = (text: string) => text.split('\n').findIndex((line) => line.includes('class UnitOfWork'));
  t.equal(position(module), position(source));
  t.ok(position(module) >= 0);
});

t.test('the command says its version and checks a configuration', async (t) => {
  const { version } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  const options = { cwd: folder, env: environment };
  t.match((await run(process.execPath, [postern, 'version'], options)).stdout, version);
  await t.rejects(run(process.execPath, [postern, '--set', 'no.such=1', 'config', 'check'], options), {
    code: 78,
  });
});

t.test('an installed server signs a person in and redeems the code', async (t) => {
  const { issuer, child, ended } = await startInstalled(t, { file: postern, folder });
  await assertLatePages(t, issuer, await assertSignIn(t, issuer));
  child.kill('SIGTERM');
  t.equal(await ended, 0, 'it ends by itself');
});

const kitExample = `
import { startServer } from '${identity.packageName}/testing';
const server = await startServer({ settings: { tokens: { access_token_ttl: 300 } } });
await server.addAccount({ username: 'ada', password: 'correct horse battery' });
const client = await server.addClient({ type: 'web', metadata: { redirect_uris: ['http://localhost:4999/callback'] } });
const session = await server.signIn('ada');
const { code, codeVerifier } = await server.authorizationCode({ client: client.id, session, scope: 'openid' });
const answer = await fetch(server.issuer + '/oauth/token', {
  method: 'POST',
  headers: { authorization: 'Basic ' + btoa(client.id + ':' + client.secret) },
  body: new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'http://localhost:4999/callback',
    code_verifier: codeVerifier ?? '',
  }),
});
const body = await answer.json();
console.log(answer.status, Object.keys(Object(body)).join(' '));
await server.stop();
`;

t.test('the test kit works in a JavaScript project', async (t) => {
  await writeFile(join(folder, 'kit.js'), kitExample);
  const { stdout } = await run(process.execPath, ['kit.js'], { cwd: folder, env: environment });
  t.match(stdout, /^200 .*access_token/m);
});

t.test('the types of the test kit are whole in a strict TypeScript project', async (t) => {
  await writeFile(join(folder, 'kit.ts'), kitExample);
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'nodenext',
        target: 'es2024',
        skipLibCheck: false,
        types: ['node'],
      },
      files: ['kit.ts'],
    }),
  );
  const tsc = join(checkout, 'node_modules/.bin/tsc');
  const { stdout } = await runTool(tsc, ['-p', folder], folder).catch((error) => error);
  t.equal(stdout, '');
});

t.test('an extension gets its types from the package, and nothing at run time', async (t) => {
  const extension = `
import type { Extension } from '${identity.packageName}/extension';
export default {
  claims: ({ account, use }) => (use === 'id_token' ? { team: account.groups.length } : undefined),
} satisfies Extension;
`;
  await writeFile(join(folder, 'extension.ts'), extension);
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: ['node'] },
      files: ['extension.ts'],
    }),
  );
  const tsc = join(checkout, 'node_modules/.bin/tsc');
  const { stdout } = await runTool(tsc, ['-p', folder], folder).catch((error) => error);
  t.equal(stdout, '');
  await writeFile(join(folder, 'import.js'), `await import('${identity.packageName}/extension');`);
  const stderr = await run(process.execPath, ['import.js'], { cwd: folder, env: environment }).then(
    () => '',
    (error: { readonly stderr: string }) => error.stderr,
  );
  t.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
});

t.test('an old Node is told which one to install', async (t) => {
  // The version is all that the program looks at, and the test machine has one Node only.
  const preload = join(folder, 'old.cjs');
  await writeFile(preload, "Object.defineProperty(process.versions, 'node', { value: '20.1.0' });");
  const failed = await run(process.execPath, ['-r', preload, postern, 'version'], {
    cwd: folder,
    env: environment,
  }).catch((error) => error);
  t.match(failed, { code: 1, stderr: /Node 20\.1\.0, but Node 24 is needed: install Node 24\.11 or newer/ });
  t.notMatch(failed.stderr, /npm ci/);
});

t.test('the documentation names no unpublished package to a registry', async (t) => {
  const pages = globSync(['README.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: checkout });
  t.ok(pages.length > 20 && existsSync(join(checkout, 'README.md')), 'the pages were found');
  const offenders: string[] = [];
  for (const page of pages) {
    const text = await readFile(join(checkout, page), 'utf8');
    if (/npm (install|i)\b[^\n]*\spostern(@\S+)?(\s|$)/m.test(text)) offenders.push(page);
  }
  t.same(identity.published ? [] : offenders, []);
});
