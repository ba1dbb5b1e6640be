import { globSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { accountsIn } from '../support/accounts-in.ts';
import { openCommandFolder } from '../support/setup/index.ts';

const fromKeycloak = readFileSync('docs/migrate/from-keycloak.md', 'utf8');
const fromOthers = readFileSync('docs/migrate/from-auth0-and-others.md', 'utf8');

/** The file that a page lets its reader write. */
const fileOn = (page: string, name: string): string => {
  const [, text] = new RegExp(`cat > ${name} <<'END'\n([\\s\\S]*?)^END$`, 'm').exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has no ${name}`);
  return text;
};

t.test('the page about Keycloak lists everything that the import reports', async (t) => {
  const sources = globSync('src/cli/keycloak/*.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const notes = [...sources.matchAll(/notes\.add\(\s*['`]([^'`]+)['`]/g)].map(([, text = '']) => text);
  const others = [...sources.matchAll(/^ {2}\w+: '([^']+)',$/gm)].map(([, text = '']) => text);
  t.ok(notes.length > 12 && others.includes('identity providers'));
  // What follows the colon is what to do, and a value of the realm ends the text.
  const parts = [...notes, ...others].map((text) => (text.split(/:|\$\{/)[0] ?? '').trim());
  t.same(
    parts.filter(
      (part) =>
        !/^client_secret_|^private_key_jwt$|^(password|profile)$/.test(part) && !fromKeycloak.includes(part),
    ),
    [],
  );
});

t.test('people keep their passwords with the files of the pages', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const run = async (...args: string[]): Promise<string> => {
    const { exit, out, err } = await runInProcess(args);
    t.equal(exit, 0, err);
    return out;
  };
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(cwd, name), text);
    return join(cwd, name);
  };
  const people = await write('people.ndjson', fileOn(fromOthers, 'people.ndjson'));
  await run('account', 'import', people);
  const realm = JSON.parse(fileOn(fromKeycloak, 'realm.json'));
  realm.users[0].username = 'ada-of-keycloak';
  realm.users[0].email = 'ada-of-keycloak@example.com';
  t.match(
    await run('import', 'keycloak', await write('realm.json', JSON.stringify(realm))),
    /Imported: 1 account/,
  );

  const accounts = await accountsIn(t, cwd);
  for (const username of ['ada', 'grace', 'ada-of-keycloak']) {
    t.equal(await accounts.authenticate(username, 'another password'), undefined, username);
    t.ok(await accounts.authenticate(username, 'correct horse battery'), username);
  }
});

t.test('a hash that the page calls refused is refused', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const hashes = [
    '$P$B123456789abcdefghijklmnopqrstu',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    'AQAAAAIAAYagAAAAEFhqx2',
  ];
  const file = join(cwd, 'people.ndjson');
  const lines = hashes.map((hash, at) => JSON.stringify({ username: `person${at}`, password_hash: hash }));
  await writeFile(file, lines.join('\n'));
  const { exit, err, out } = await runInProcess(['account', 'import', file, '--json']);
  t.equal(exit, 1);
  t.equal(JSON.parse(out).refused, hashes.length, err);
});
