import { generateKeyPairSync } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openCommandFolder } from '../support/setup/index.ts';

const { cwd, runInProcess: run } = await openCommandFolder(t);
const path = (name: string): string => join(cwd, name);
const restore = (...args: string[]) => run(['restore', path('backup.db'), ...args]);

const importKey = async (alg: string): Promise<string> => {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = path(`${alg}.pem`);
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { out } = await run(['keys', 'import', file, '--alg', alg, '--json']);
  return JSON.parse(out).added[0].kid;
};

const removed = await importKey('ES256');
const retired = await importKey('RS256');
t.match(await run(['backup', path('backup.db')]), { exit: 0 });

t.test('a restore that brings no key back names none', async (t) => {
  t.match(await restore('--overwrite'), { exit: 0, err: /^$/ });
});

t.test('a restore names the keys that were removed or retired since the backup', async (t) => {
  for (const alg of ['ES256', 'RS256']) t.match(await run(['keys', 'rotate', alg, '--now']), { exit: 0 });
  t.match(await run(['keys', 'prune', '--kid', removed]), { exit: 0 });
  await copyFile(path('store.db'), path('rotated.db'));
  const { exit, err } = await restore('--overwrite');
  t.equal(exit, 0);
  t.match(err, `${removed} (ES256) signs again`);
  t.match(err, `\`postern keys rotate ES256 --now\`, then \`postern keys prune --kid ${removed}\``);
  t.match(err, `${retired} (RS256) signs again`);
  t.equal(err.trim().split('\n').length, 2, 'and no others');

  await copyFile(path('rotated.db'), path('store.db'));
  const { out } = await restore('--overwrite', '--json');
  t.same(JSON.parse(out).returned_keys.toSorted(), [removed, retired].toSorted());
});

t.test('without a store to compare with, a restore says that removed keys are back', async (t) => {
  const said = { exit: 0, err: /Keys that were removed since the backup are back/ };
  t.match(await restore('--set', `store.url=sqlite:${path('another.db')}`), said);
  await writeFile(path('store.db'), 'damaged'.repeat(1000));
  t.match(await restore('--overwrite'), said);
});
