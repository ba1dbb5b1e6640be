import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import {
  Browser,
  codeFor,
  openCommandFolder,
  password,
  RelyingParty,
  startInProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { readIdToken, readUserinfo } from '../support/tokens.ts';
import { waitFor } from '../support/wait-for.ts';

const audience = 'https://api.example.com/';
const settings = {
  ...usualConfig,
  groups: [{ name: 'staff' }],
  accounts: [{ username: 'ada', password, email: 'ada@example.com', groups: ['staff'] }],
  resources: [{ audience, scopes: ['read'] }],
};

const modules = t.testdir({
  'good.mjs': `export default {
    async claims(context) {
      globalThis.seenByExtension = context;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { team: context.account.groups[0], use: context.use, nothing: undefined };
    },
  };`,
  'events.mjs': `export default { onEvent(event) { (globalThis.eventsOfExtension ??= []).push(event); throw new Error('oops'); } };`,
  'none.mjs': 'export default { claims() {} };',
});
const fileOf = (name: string): string => join(modules, name);

t.test('an extension adds claims to id tokens, userinfo and access tokens', async (t) => {
  const server = await startInProcess(t, {
    ...settings,
    extensions: [fileOf('good.mjs'), fileOf('none.mjs')],
  });
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();
  const { code, verifier } = await codeFor(party, browser, { scope: 'openid email' });
  const response = await party.redeem(code, verifier);
  t.match(readIdToken(response), { team: 'staff', use: 'id_token' });
  t.match(await readUserinfo(server.issuer, response), {
    team: 'staff',
    use: 'userinfo',
    email: 'ada@example.com',
  });
  const api = await codeFor(party, browser, { scope: 'openid read', resource: audience });
  const { body } = await party.redeem(api.code, api.verifier, { resource: audience });
  t.match(decodeJwt(String(body['access_token'])), { team: 'staff', use: 'access_token' });

  const seen: unknown = Reflect.get(globalThis, 'seenByExtension');
  t.match(seen, {
    account: { groups: ['staff'], claims: { email: 'ada@example.com' } },
    client: { id: 'app' },
  });
  const isFrozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  t.ok(isFrozen(seen), 'the context is frozen');
  t.notMatch(JSON.stringify(seen), /secret|password|access|hash/, 'and has no secret');
});

t.test(
  'an extension that fails refuses the request, the log says why, and the code stays good',
  async (t) => {
    const failures: readonly [string, RegExp][] = [
      [
        "claims() { throw new Error('the directory is down'); }",
        /failed: the directory is down, so no access_token was issued to the client app/,
      ],
      ["async claims() { throw new Error('rejected'); }", /failed: rejected/],
      ['claims() { return new Promise(() => {}); }', /failed: it was not done after 250 ms/],
      ["claims() { return { sub: 'root' }; }", /returned the reserved claim sub/],
      ["claims() { return { groups: ['root'] }; }", /returned the reserved claim groups/],
      ["claims() { return { roles: ['root'] }; }", /returned the reserved claim roles/],
      ["claims() { return { scope: 'admin' }; }", /returned the reserved claim scope/],
      ['claims() { return [1]; }', /returned something else than an object/],
      ['claims() { return { when: new Date() }; }', /returned a claim when that is not JSON/],
      ["claims() { return { 'a b': 1 }; }", /"a b", which is not the name of a claim/],
      ["claims() { return { big: 'x'.repeat(20000) }; }", /more than 16 KiB/],
      ['claims({ account }) { account.groups.push("root"); }', /failed: .*not extensible/],
    ];
    const folder = t.testdir({
      mode: '0',
      'switch.mjs': `import { readFileSync } from 'node:fs';
        const all = [${failures.map(([body]) => `{ ${body} }`).join(', ')}, { claims() { return { team: 'x' }; } }];
        export default {
          claims: (context) => all[Number(readFileSync(new URL('./mode', import.meta.url), 'utf8'))].claims(context),
        };`,
    });
    const extensions = [join(folder, 'switch.mjs')];
    const config = { ...settings, extensions, log: { level: 'error', format: 'json' } };
    const server = await startServerProcess(t, { config });
    const party = new RelyingParty(server.url);
    const browser = new Browser();
    let last = await codeFor(party, browser);
    for (const [mode, [body, message]] of failures.entries()) {
      writeFileSync(join(folder, 'mode'), String(mode));
      last = await codeFor(party, browser);
      const refused = await party.redeem(last.code, last.verifier);
      t.equal(refused.status, 500, body);
      t.match(refused.body, { error: 'server_error' });
      t.notOk('access_token' in refused.body);
      t.notMatch(JSON.stringify(refused.body), /directory|extension/, 'the application is not told');
      await waitFor(`${message} in the log`, () =>
        server.lines().some((line) => message.test(String(Object(Object(line).err).message))),
      );
    }
    writeFileSync(join(folder, 'mode'), String(failures.length));
    const { status, body } = await party.redeem(last.code, last.verifier);
    t.equal(status, 200, 'the code was not used up');
    t.equal(decodeJwt(String(body['id_token']))['team'], 'x');
  },
);

t.test('events reach extensions, and an error there changes nothing', async (t) => {
  const server = await startInProcess(t, { ...settings, extensions: [fileOf('events.mjs')] });
  const party = new RelyingParty(server.issuer);
  const { code, verifier } = await codeFor(party, new Browser());
  t.equal((await party.redeem(code, verifier)).status, 200);
  const events = Reflect.get(globalThis, 'eventsOfExtension') as { type: string }[];
  t.ok(
    events.some(({ type }) => type === 'sign-in'),
    JSON.stringify(events.map(({ type }) => type)),
  );
  assertEach(t, events, (event) => Object.isFrozen(event), 'events are frozen');
});

t.test(
  'a module that can not be an extension stops the start and config check, with one sentence',
  async (t) => {
    const { cwd, runInProcess: run } = await openCommandFolder(t);
    const folder = t.testdir({
      'syntax.mjs': 'export default {',
      'throws.mjs': "throw new Error('at load')",
      'named.mjs': 'export const claims = () => {};',
      'class.mjs': 'export default new (class Some { claims() {} })();',
      'other.mjs': 'export default { claim() {} };',
      'text.mjs': "export default { claims: 'x' };",
      'empty.mjs': 'export default {};',
      'open.mjs': 'export default { claims() {} };',
      'good.mjs': 'export default { claims() {} };',
    });
    chmodSync(join(folder, 'open.mjs'), 0o666);
    const refusals: readonly [string, RegExp][] = [
      ['missing.mjs', /does not exist/],
      ['syntax.mjs', /can't be loaded: Unexpected end of input/],
      ['throws.mjs', /can't be loaded: at load/],
      ['named.mjs', /no plain object as its default export/],
      ['class.mjs', /no plain object as its default export/],
      ['other.mjs', /exports claim, which nothing calls/],
      ['text.mjs', /exports claims, which has to be a function/],
      ['empty.mjs', /neither claims nor onEvent/],
      ['open.mjs', /other users may write .*open\.mjs: chmod go-w/],
    ];
    const check = (file: string) => run(['config', 'check', '--set', `extensions=[${join(folder, file)}]`]);
    for (const [file, message] of refusals) {
      const { exit, err } = await check(file);
      t.equal(exit, 78, file);
      t.match(err, message, file);
      t.equal(err.trim().split('\n').length, 1, `${file}: one line`);
    }
    t.equal((await check('good.mjs')).exit, 0);
    t.ok(cwd);
    chmodSync(folder, 0o777);
    t.match((await check('good.mjs')).err, /other users may write/, 'nor may others replace the file');
    chmodSync(folder, 0o755);
    const links = join(folder, 'links');
    mkdirSync(links);
    symlinkSync(join(folder, 'good.mjs'), join(links, 'link.mjs'));
    chmodSync(links, 0o777);
    const linked = await run(['config', 'check', '--set', `extensions=[${join(links, 'link.mjs')}]`]);
    t.match(linked.err, /other users may write/, 'nor a link to it');
  },
);
