import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { createAccounts } from '#src/services/accounts/index.ts';
import { insertName } from '#src/services/accounts/name-record.ts';
import { insertAccount } from '#src/services/accounts/record.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { testConfig } from '../support/setup/index.ts';

const open = async (t: Test) => {
  const store = await openStore('memory:', { clock: Date });
  const config = testConfig(['pages.name=Example Identity', 'issuer=http://localhost:3000']);
  const accounts = createAccounts({ store, config, clock: Date, events: recordEvents().events });
  t.teardown(async () => {
    accounts.close();
    await store.close();
  });
  return { store, accounts };
};

/** Returns the names or passwords that were not refused with the code. */
const acceptedOf = (
  texts: readonly string[],
  code: string,
  check: (text: string) => void,
): readonly string[] =>
  texts.filter((text) => {
    try {
      check(text);
      return true;
    } catch (error) {
      return (error as { code?: string }).code !== code;
    }
  });

t.test('passwords that attackers try first are refused (NIST SP 800-63B §3.1.1.2)', async (t) => {
  const { accounts } = await open(t);
  const username = 'grace';
  const common = [
    'password123',
    'P@ssw0rd123!',
    '1234567890',
    '0987654321',
    'qwertyuiop',
    'qwertzuiop1',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'abcdefghijkl',
    '1q2w3e4r5t',
    'Summer2026!',
    'l3tmein2024',
    '$unshine99',
    'iloveyou!!',
    'football12',
    'passwort12',
    'пароль12345',
    'changeme123',
    'p0stern-2026',
  ];
  t.same(
    acceptedOf(common, 'password_common', (password) => accounts.check({ username, password })),
    [],
  );

  const claims = { email: 'hopper@mail.test', given_name: 'Murray' };
  const personal = [
    'grace12345x',
    'Grace-grace',
    'grace-password1',
    'hopper@mail.test',
    'Murray!murray',
    'Example2026!',
    'exampleidentity',
    'localhost:3000',
  ];
  t.same(
    acceptedOf(personal, 'password_personal', (password) => accounts.check({ username, password, claims })),
    [],
  );

  const good = [
    'correct horse battery',
    'grace hopper found a moth',
    'kX9#mQ2$vL',
    'trois petits chats',
    '8zT!w4qLm0',
  ];
  for (const password of good) accounts.check({ username, password });
});

t.test('a password of an account follows the same rules when it is changed', async (t) => {
  const { accounts } = await open(t);
  const { id } = await accounts.add({ username: 'hopper', password: 'correct horse battery' });
  await t.rejects(accounts.setPassword(id, 'password123'), { code: 'password_common', exit: 2 });
  await t.rejects(accounts.setPassword(id, 'hopperhopper1'), { code: 'password_personal', exit: 2 });
  t.ok(await accounts.authenticate('hopper', 'correct horse battery'), 'the former one stays');
  await accounts.setPassword(id, 'battery correct horse');
  t.ok(await accounts.authenticate('hopper', 'battery correct horse'));
});

t.test('a user name has letters of one alphabet and reads as itself (Unicode UTS #39)', async (t) => {
  const { accounts } = await open(t);
  const alike = [
    'аdmin', // Cyrillic а
    'pаypal',
    'αda', // Greek α
    'сора', // Cyrillic that reads as copa
    'АСЕ',
    'ορα',
    'օսոհ',
    'ɑda', // a phonetic letter
    'ᴀᴅᴀ',
    'ꓮꓓꓮ', // Lisu
    'Ꭺda', // Cherokee
    'ada\u2024lovelace', // a dot that is none of the keyboard
    'ada\u2010b',
    'ada\u00a0b',
    'ada  b',
    'ada\u3164', // a filler
    'ad\ufe0fa',
    'a\u0301\u0302\u0303\u0304\u0305',
    '١2٣', // two kinds of digits
    '...',
    '★ada★',
    '👑',
  ];
  t.same(
    acceptedOf(alike, 'username_invalid', (username) => accounts.check({ username })),
    [],
  );
  const fine = [
    'ada',
    'Ada Lovelace',
    'ada.lovelace-1815_x',
    "o'brien",
    'ada+postern@mail.test',
    'CORP\\ada',
    'zażółć',
    'Jürgen',
    'ışıl',
    'Nguyễn',
    'Ọlábísí',
    'Наташа',
    'Іванна',
    'Ελένη',
    'Գրիգոր',
    'דוד',
    'علي',
    'राम',
    'สมชาย',
    '김철수',
    '山田 太郎',
    'ヤマダたろう',
    '小明1',
    '12345',
  ];
  for (const username of fine) accounts.check({ username });
});

t.test(
  'a person can not take a name that others take for the operator; an operator can give it',
  async (t) => {
    const { accounts } = await open(t);
    const names = [
      'admin',
      'ADMIN',
      'Adm1n',
      'ádmin',
      'a.d.m.i.n',
      'admin2',
      'adrnin',
      'root',
      'postmaster',
      'no-reply',
      'support',
      'Example Identity',
      'example-identity-support',
      'supp0rt@localhost',
      'postern',
      'администратор',
      'Hilfe',
    ];
    const check = (username: string): void => accounts.check({ username, nameGivenBy: 'person' });
    t.same(acceptedOf(names, 'username_reserved', check), []);
    for (const username of ['ada', 'administrata', 'rooter', 'supporterin', 'exampleada', 'helpful'])
      check(username);
    for (const username of names) accounts.check({ username });
  },
);

t.test('a person takes no address as a user name, except the verified one of the account', async (t) => {
  const { accounts } = await open(t);
  const claims = (email: string, isVerified: boolean) => ({ email, email_verified: isVerified });
  const address = 'ada@example.com';
  for (const account of [
    { username: address },
    { username: 'ada＠example.com' },
    { username: address, claims: claims(address, false) },
    { username: address, claims: claims('eve@example.com', true) },
  ]) {
    t.throws(() => accounts.check({ ...account, nameGivenBy: 'person' }), { code: 'username_invalid' });
  }
  accounts.check({ username: 'Ada@example.com', claims: claims(address, true), nameGivenBy: 'person' });
  accounts.check({ username: address });
});

t.test('an account whose name or password a newer rule refuses keeps working', async (t) => {
  const { store, accounts } = await open(t);
  const made = await accounts.add({ username: 'temporary', password: 'correct horse battery' });
  const [former] = (await accounts.list()).items;
  t.equal(former?.id, made.id);
  const { hash } = JSON.parse(
    (await store.list('accounts', 'all', { limit: 1 })).items[0]?.document.body ?? '{}',
  );
  const record = {
    id: 'old',
    username: 'pаypal',
    enabled: true,
    claims: {},
    hash,
    createdAt: 1,
    updatedAt: 1,
  };
  await store.commit([insertName(record.username, record.id, 1), insertAccount(record)]);
  t.equal((await accounts.authenticate('PАYPAL', 'correct horse battery'))?.id, 'old');
  t.equal((await accounts.update('old', { username: 'pаypal', claims: { name: 'P' } })).claims['name'], 'P');
  await t.rejects(accounts.update('old', { username: 'pаypal2' }), { code: 'username_invalid' });
});
