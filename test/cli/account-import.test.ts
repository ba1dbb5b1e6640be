import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { accountsIn } from '../support/accounts-in.ts';
import { openCommandFolder, postern, startProgram } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

interface Report {
  readonly lines: number;
  readonly added: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

const bcrypt = '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e';

const open = async (t: Test) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const file = join(cwd, name);
    await writeFile(file, content);
    return file;
  };
  const run = async (...args: string[]) => {
    const { exit, out, err } = await runInProcess(['account', ...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const importFile = async (file: string, ...flags: string[]): Promise<{ exit: number; report: Report }> => {
    const { exit, out, err } = await runInProcess(['account', 'import', file, ...flags, '--json']);
    if (out === '') throw new Error(err);
    return { exit: exit ?? 1, report: JSON.parse(out) };
  };
  /** The service of a server on the same store. */
  const server = () => accountsIn(t, cwd);
  return { cwd, write, run, importFile, runInProcess, server };
};

/** A hash of random bytes, in the form that passlib and PHC strings have. */
const hashOf = (parameters: string, bytes = 32): string =>
  `$${parameters}$${[16, bytes].map((n) => randomBytes(n).toString('base64').replaceAll(/=/g, '')).join('$')}`;

const ndjson = (lines: readonly object[]): string => lines.map((line) => JSON.stringify(line)).join('\n');

t.test('an account can’t have the id of a client as its sub, nor a client the other way round', async (t) => {
  const { write, importFile, runInProcess } = await open(t);
  const fixed =
    '{ client_id: fixed, token_endpoint_auth_method: none, redirect_uris: ["https://app.example/cb"] }';
  await write('postern.yaml', `clients: [${fixed}]\n`);
  const added = await runInProcess([
    'client',
    'add',
    '--type',
    'machine',
    '--id',
    'boats',
    '--name',
    'Boats',
  ]);
  t.equal(added.exit, 0, added.err);
  const taken = ['boats', 'postern-account', 'fixed'].map((sub) => ({ username: `of-${sub}`, sub }));
  const people = [{ username: 'ada', sub: 'a-sub-of-ada' }, ...taken];
  const file = await write('people.ndjson', ndjson(people));
  for (const flags of [['--dry-run'], ['--skip-bad'], []]) {
    const { exit, report } = await importFile(file, ...flags);
    t.not(exit, 0);
    t.match(report.problems, [
      { line: 2, message: /boats is the id of a client/ },
      { line: 3, message: /postern-account is the id of a client/ },
      { line: 4, message: /fixed is the id of a client/ },
    ]);
  }
  for (const { username } of taken)
    t.equal((await runInProcess(['account', 'show', username])).exit, 3, username);
  t.equal((await runInProcess(['account', 'show', 'ada'])).exit, 0, 'the others are imported');
  const same = ['client', 'add', '--type', 'machine', '--id', 'a-sub-of-ada', '--name', 'Ada'];
  t.match((await runInProcess(same)).err, 'is the id of an account');
});

t.test('people of another system are imported with sub, claims, groups and password', async (t) => {
  const { write, run, importFile, runInProcess, server } = await open(t);
  t.equal((await runInProcess(['group', 'add', 'staff'])).exit, 0);
  const hashes = {
    argon2: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    bcrypt,
    pbkdf2: 'pbkdf2_sha256$1000$NaClSalt$1Aq0hLa8l35XikIQ7eNc9xzo+EiW2MAOyMtZ4Qh+haA=',
    scrypt: '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M',
  };
  const file = await write(
    'people.ndjson',
    `\uFEFF${ndjson([
      {
        username: 'ada',
        sub: '0b7f3c1e-7d1c-4f0e-9d5d-3a1f2c8f7a11',
        password_hash: bcrypt,
        email: 'ada@example.com',
        email_verified: true,
        groups: ['staff'],
        claims: { level: 3 },
      },
      { username: 'bob', disabled: true, name: null },
      ...Object.entries(hashes).map(([username, password_hash]) => ({ username, password_hash })),
    ])}\n\n`,
  );
  const dry = await importFile(file, '--dry-run');
  t.match(dry, { exit: 0, report: { lines: 6, added: 6, unchanged: 0, refused: 0 } });
  t.equal((await run('list')).items.length, 0, 'a dry run imports nothing');

  t.match(await importFile(file), { exit: 0, report: { added: 6, refused: 0 } });
  t.match(await run('show', 'ada'), {
    sub: '0b7f3c1e-7d1c-4f0e-9d5d-3a1f2c8f7a11',
    claims: { email: 'ada@example.com', email_verified: true, level: 3 },
    groups: ['staff'],
  });
  t.match(await run('show', 'bob'), { enabled: false });
  t.match(await importFile(file), { exit: 0, report: { added: 0, unchanged: 6 } }, 'it can be run again');

  const accounts = await server();
  for (const username of Object.keys(hashes)) {
    const password = username === 'argon2' ? 'password' : 'correct horse';
    t.ok(await accounts.authenticate(username, password), username);
    t.notOk(await accounts.authenticate(username, 'another password'));
  }
  const exported = await runInProcess(['account', 'export', '--with-hashes']);
  const renewed = exported.out.split('\n').filter((line) => line.includes('$argon2id$v=19$m=8192,t=1'));
  t.equal(renewed.length, 4, 'each hash is renewed by the sign-in');
  const audit = JSON.parse(
    (await runInProcess(['audit', 'list', '--type', 'account.imported', '--json'])).out,
  );
  t.match(audit.items[1], { details: { added: 6, unchanged: 0, refused: 0 } });
});

t.test('each bad line is named with its number, and nothing is imported', async (t) => {
  const { write, run, importFile, runInProcess } = await open(t);
  await run('add', 'taken', '--generate');
  const lines = [
    '{"username":"good"}',
    '{"username":"good"',
    '[]',
    '{}',
    '{"username":"one","password":"in the clear"}',
    '{"username":"two","password_hash":"$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"}',
    '{"username":"three","password_hash":"md5:abc"}',
    '{"username":"four","department":"IT"}',
    '{"username":"five","claims":{"sub":"x"}}',
    '{"username":"six","email":7}',
    '{"username":"seven","groups":["no-such-group"]}',
    '{"username":"GOOD"}',
    '{"username":"taken","email":"other@example.com"}',
    '{"username":"nine","sub":"-dash"}',
    '{"username":"ten","disabled":"yes"}',
    '{"username":"p\u0430ypal"}',
    '{"username":"also good"}',
  ];
  const file = await write('people.ndjson', lines.join('\r\n'));
  const { exit, report } = await importFile(file);
  t.equal(exit, 1);
  t.match(report, { lines: 17, added: 2, refused: 15 });
  const expected: Record<number, RegExp> = {
    2: /not JSON/,
    3: /not a JSON object/,
    4: /`username` is missing/,
    5: /Passwords in clear/,
    6: /bcrypt is accepted up to cost 15/,
    7: /of no known kind/,
    8: /`department` is not known; put claims of your own/,
    9: /claim `sub`/,
    10: /`email` must be a text/,
    11: /no group no-such-group/,
    12: /appears twice/,
    13: /named taken exists already/,
    14: /A sub has/,
    15: /`disabled` must be true or false/,
    16: /one alphabet/,
  };
  t.same(
    report.problems.map(({ line }) => line),
    Object.keys(expected).map(Number),
  );
  for (const { line, message } of report.problems) t.match(message, expected[line], String(line));
  t.equal((await run('list')).items.length, 1, 'nothing was imported');

  const text = await runInProcess(['account', 'import', file]);
  t.match(text.out, /^line 2: The line is not JSON/);
  t.match(text.err, /15 of 17 were refused; nothing was imported/);
  t.match(await importFile(file, '--skip-bad'), { exit: 1, report: { added: 2, refused: 15 } });
  t.equal((await run('list')).items.length, 3);

  const refusals: [readonly string[], RegExp][] = [
    [['/no/such/file'], /There is no file/],
    [['.'], /is not a file/],
    [[file, '--format', 'xml'], /Allowed choices/],
    [[await write('a.csv', 'name,email\nAda,ada@example.com\n')], /`username` is one/],
  ];
  for (const [args, message] of refusals)
    t.match(await runInProcess(['account', 'import', ...args]), { exit: 2, err: message });
});

t.test('a CSV file has quoted fields, several lines in one, and typed columns', async (t) => {
  const { write, run, importFile, runInProcess } = await open(t);
  t.equal((await runInProcess(['group', 'add', 'staff'])).exit, 0);
  t.equal((await runInProcess(['group', 'add', 'admins'])).exit, 0);
  const file = await write(
    'people.csv',
    [
      '\uFEFFusername,sub,name,email,email_verified,groups,address,claims.note,disabled',
      'ada,s-1,"Lovelace, Ada",ada@example.com,TRUE,staff; admins,"1 Main St\nLondon","says ""hi""",',
      'bob,,,,,,,00123,true',
      'eve,,"not closed"x,,,,,,',
      'mallory,,,,,,',
      'zoe,,,,perhaps,,,,',
    ].join('\r\n'),
  );
  const { exit, report } = await importFile(file, '--skip-bad');
  t.equal(exit, 1);
  t.match(report, { added: 2, refused: 3 });
  t.match(report.problems, [
    { line: 5, message: /quotation mark/ },
    { line: 6, message: /7 fields, and the header has 9/ },
    { line: 7, message: /`email_verified` must be true or false/ },
  ]);
  t.match(await run('show', 'ada'), {
    sub: 's-1',
    claims: {
      name: 'Lovelace, Ada',
      email_verified: true,
      address: { formatted: '1 Main St\nLondon' },
      note: 'says "hi"',
    },
    groups: ['admins', 'staff'],
  });
  t.match(await run('show', 'bob'), { enabled: false, claims: { note: '00123' } });
});

t.test('what is exported can be imported elsewhere, and has hashes only on request', async (t) => {
  const here = await open(t);
  const there = await open(t);
  const file = await here.write(
    'people.ndjson',
    ndjson(
      Array.from({ length: 1_200 }, (_, i) => ({
        username: `person ${i}`,
        password_hash: bcrypt,
        email: `p${i}@example.com`,
        claims: { number: i },
      })),
    ),
  );
  t.match(await here.importFile(file), { report: { added: 1_200 } });
  const bare = (await here.runInProcess(['account', 'export'])).out;
  t.notMatch(bare, /\$2b\$/);
  const { out } = await here.runInProcess(['account', 'export', '--with-hashes']);
  t.equal(out.trim().split('\n').length, 1_200);
  const copy = await there.write('copy.ndjson', out);
  t.match(await there.importFile(copy), { exit: 0, report: { added: 1_200 } });
  const again = (await there.runInProcess(['account', 'export', '--with-hashes'])).out;
  t.same(again.split('\n').toSorted(), out.split('\n').toSorted(), 'with the same subjects');
});

t.test('an import that was killed is run again, and nothing is imported twice', async (t) => {
  const { cwd, write, run, importFile, server } = await open(t);
  const count = 3_000;
  const file = await write(
    'people.ndjson',
    ndjson(Array.from({ length: count }, (_, i) => ({ username: `p${i}`, password_hash: bcrypt }))),
  );
  await run('add', 'first', '--generate');
  const accounts = await server();
  const child = startProgram(t, postern, [
    ...['--set', `store.url=sqlite:${join(cwd, 'store.db')}`],
    ...['account', 'import', file],
  ]);
  await waitFor('the first accounts', async () => (await accounts.list({ limit: 2 })).items.length === 2);
  await child.kill();
  const { exit, report } = await importFile(file);
  t.equal(exit, 0);
  t.equal(report.added + report.unchanged, count);
  t.comment(`${report.unchanged} were there already`);
  t.match(await importFile(file), { report: { added: 0, unchanged: count } });
});

t.test('of imports that run at once, each account is added by one', async (t) => {
  const { write, importFile, run } = await open(t);
  const file = await write(
    'people.ndjson',
    ndjson(Array.from({ length: 300 }, (_, i) => ({ username: `p${i}`, sub: `s${i}` }))),
  );
  t.equal((await importFile(file, '--dry-run').catch(() => undefined))?.exit, undefined, 'there is no store');
  await run('add', 'first', '--generate');
  const runs = await Promise.all(Array.from({ length: 4 }, () => importFile(file)));
  t.equal(
    runs.reduce((sum, { report }) => sum + report.added, 0),
    300,
  );
});

t.test('hashes are judged by all the work of one try of a password', async (t) => {
  const { write, importFile, run } = await open(t);
  await run('add', 'first', '--generate');
  const accepted = [
    hashOf('pbkdf2-sha512$210000', 64),
    hashOf('pbkdf2-sha512$3000000', 64),
    // What Keycloak writes: four blocks, and two.
    hashOf('pbkdf2$1300000', 64),
    hashOf('pbkdf2-sha256$600000', 64),
    hashOf('scrypt$ln=17,r=8,p=4'),
    hashOf('scrypt$ln=18,r=8,p=2'),
    hashOf('argon2id$v=19$m=1048576,t=1,p=4'),
    hashOf('argon2id$v=19$m=65536,t=24,p=1'),
  ];
  const refused: readonly (readonly [string, RegExp])[] = [
    [hashOf('pbkdf2-sha512$1500001', 128), /PBKDF2 .* once for each block/],
    [hashOf('pbkdf2-sha256$3000001', 64), /PBKDF2/],
    [hashOf('pbkdf2$3000000', 256), /PBKDF2/],
    [hashOf('scrypt$ln=18,r=8,p=16'), /scrypt .* 4500000/],
    [hashOf('scrypt$ln=15,r=8,p=18'), /scrypt .* 16 lanes/],
    [hashOf('scrypt$ln=9,r=999,p=16'), /scrypt/],
    [hashOf('scrypt$ln=17,r=1,p=1'), /no known kind/],
    [hashOf('argon2id$v=19$m=1048576,t=2,p=1'), /argon2 .* 1536 MiB for all passes/],
    [hashOf('argon2id$v=19$m=65536,t=64,p=1'), /argon2/],
  ];
  const people = [...accepted, ...refused.map(([hash]) => hash)].map((password_hash, number) => ({
    username: `person-${number}`,
    password_hash,
  }));
  const file = await write('people.ndjson', ndjson(people));
  const { report } = await importFile(file, '--dry-run');
  t.match(
    report.problems,
    refused.map(([, message], at) => ({ line: accepted.length + at + 1, message })),
  );
  t.equal(report.refused, refused.length);
});

t.test('a hash that costs what the settings ask for is accepted, whatever that is', async (t) => {
  const { write, importFile, run, runInProcess, cwd } = await open(t);
  await run('add', 'first', '--generate');
  const hash = hashOf('argon2id$v=19$m=1048576,t=20,p=16');
  const file = await write('people.ndjson', ndjson([{ username: 'ada', password_hash: hash }]));
  t.equal((await importFile(file, '--dry-run')).report.refused, 1);
  const settings = ['memory_kib=1048576', 'passes=20', 'parallelism=16'];
  const flags = settings.flatMap((setting) => ['--set', `security.password.${setting}`]);
  t.equal((await runInProcess([...flags, 'account', 'import', file, '--dry-run'])).exit, 0);
  const configured = join(cwd, 'with-account.yaml');
  await writeFile(configured, `accounts: [{ username: grace, password_hash: "${hash}" }]\n`);
  t.equal((await runInProcess([...flags, '--config', configured, 'config', 'check'])).exit, 0);
  t.equal((await runInProcess(['--config', configured, 'config', 'check'])).exit, 78);
});
