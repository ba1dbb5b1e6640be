import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { keysConfig, openKeys } from '../support/keys.ts';
import { openCommandFolder } from '../support/setup/index.ts';
import { longTimeouts, waitFor } from '../support/wait-for.ts';

const { cwd, run, runInProcess: postern } = await openCommandFolder(t);

const file = join(cwd, 'store.db');
const url = `sqlite:${file}`;

interface Listed {
  readonly kid: string;
  readonly alg?: string;
  readonly use: string;
  readonly stage: string;
}

const listed = async (): Promise<readonly Listed[]> =>
  JSON.parse((await postern(['keys', 'list', '--json'])).out).keys;

const activeKid = async (alg: string): Promise<string> =>
  (await listed()).find((key) => key.alg === alg && key.stage === 'active')?.kid ?? 'none';

t.test('before the first start the commands create nothing', async (t) => {
  t.match(await postern(['keys', 'list']), { exit: 3, err: /there is no store at/ });
  await (await openStore(url, { clock: Date, ...longTimeouts })).close();
  const { exit, out } = await postern(['keys', 'list']);
  t.equal(exit, 0);
  t.match(out, /no keys yet/);
  t.same(await listed(), []);
});

t.test('with keys the commands manage them', async (t) => {
  const store = await openStore(url, { clock: Date, ...longTimeouts });
  const config = keysConfig({ url, keyEncryptionKey: undefined, algorithms: ['ES256', 'EdDSA', 'RS256'] });
  const { keys } = await openKeys(store, Date, config);
  t.teardown(() => keys.close().then(() => store.close()));
  const secret = async (kid: string) => (await keys.exportPrivate(kid)).d ?? 'none';

  t.test('list shows each key with its stage, and nothing private', async (t) => {
    const { exit, out } = await postern(['keys', 'list']);
    t.equal(exit, 0);
    t.match(out, /^KEY OF +STAGE +SIGNS FROM +UNTIL +GONE AT +KID\n/);
    t.match(out, /^EdDSA +active +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +- +- +[\w-]{43}$/m);
    t.equal((await listed()).length, 7);
    const json = (await postern(['keys', 'list', '--json'])).out;
    for (const kid of await Promise.all(['ES256', 'EdDSA', 'RS256'].map(activeKid)))
      t.notOk((out + json).includes(await secret(kid)));
  });

  t.test('rotate publishes a successor that a running process picks up', async (t) => {
    const { exit, out } = await postern(['keys', 'rotate', 'ES256', '--json']);
    t.equal(exit, 0);
    t.match(JSON.parse(out), { added: [{ alg: 'ES256', stage: 'next', active_at: /Z$/ }] });
    await waitFor('the news', () => keys.current().publicJwks.keys.length === 4);
    const again = await postern(['keys', 'rotate', 'ES256']);
    t.equal(again.exit, 4);
    t.match(again.err, /^postern: ES256: a successor is published already[^\n]+\n$/);
    t.equal((await postern(['keys', 'rotate', 'HS256'])).exit, 2);
  });

  t.test('rotate --now and prune --kid remove a leaked key', async (t) => {
    const leaked = await activeKid('EdDSA');
    t.equal((await postern(['keys', 'prune', '--kid', leaked])).exit, 4, 'not while it signs');
    t.equal((await postern(['keys', 'rotate', 'EdDSA', '--now'])).exit, 0);
    t.not(await activeKid('EdDSA'), leaked);
    const { out } = await postern(['keys', 'prune', '--kid', leaked, '--json']);
    t.same(JSON.parse(out), { removed: [leaked] });
    t.match(await postern(['keys', 'prune']), { exit: 0, out: 'Nothing to forget.\n' });
    t.equal((await postern(['keys', 'prune', '--kid', leaked])).exit, 3);
  });

  t.test('import takes a file or standard input', async (t) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = join(cwd, 'key.pem');
    writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const ambiguous = await postern(['keys', 'import', pem]);
    t.match(ambiguous, { exit: 2, err: /RS256 or PS256/ });
    const imported = await postern(['keys', 'import', pem, '--alg', 'RS256', '--json']);
    t.match(JSON.parse(imported.out), { added: [{ alg: 'RS256', stage: 'next' }] });
    const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    t.match(await run(['keys', 'import', '-'], JSON.stringify(jwk)), { exit: 0, out: /EdDSA +next/ });
    const broken = await run(['keys', 'import', '-'], JSON.stringify(jwk).slice(0, -1));
    t.equal(broken.exit, 2);
    t.notOk(broken.err.includes(String(jwk.d).slice(5, 25)));
    t.match(await postern(['keys', 'import', join(cwd, 'none')]), { exit: 2, err: /can't be read/ });
    t.match(await postern(['keys', 'import', pem, '--alg', 'HS256']), { exit: 2, err: /no algorithm/ });
  });

  t.test('export shows the public set, and a private key only when asked explicitly', async (t) => {
    const kid = await activeKid('ES256');
    const open = await postern(['keys', 'export']);
    const exported = JSON.parse(open.out).keys.length;
    await waitFor('the imported keys', () => keys.current().publicJwks.keys.length === exported);
    t.same(
      JSON.parse(open.out)
        .keys.map((key: Listed) => key.kid)
        .toSorted(),
      keys
        .current()
        .publicJwks.keys.map((key) => key.kid)
        .toSorted(),
    );
    const one = await postern(['keys', 'export', '--kid', kid]);
    t.notOk('d' in JSON.parse(one.out).keys[0]);
    t.notOk((open.out + one.out).includes(await secret(kid)));
    const closed = await postern(['keys', 'export', '--kid', kid, '--private']);
    t.equal(JSON.parse(closed.out).d, await secret(kid));
    t.equal((await postern(['keys', 'export', '--private'])).exit, 2, 'one at a time');
    t.equal((await postern(['keys', 'export', '--kid', 'nobody'])).exit, 3);
  });

  t.test('a wrong key encryption key ends with one sentence and exit code 78', async (t) => {
    const other = `security.key_encryption_key=${'ab'.repeat(32)}`;
    for (const command of ['list', 'rotate', 'prune']) {
      const { exit, out, err } = await postern(['--set', other, 'keys', command]);
      t.equal(exit, 78, command);
      t.equal(out, '');
      t.match(err, /^postern: The keys in the store were encrypted with another key encryption key[^\n]+\n$/);
      t.notOk(err.includes('abab'));
    }
  });
});

t.test("a store in memory is refused, because commands can't reach it", async (t) => {
  const answer = await postern(['--set', 'store.url=memory:', 'keys', 'list']);
  t.match(answer, { exit: 2, err: /out of reach/ });
});
