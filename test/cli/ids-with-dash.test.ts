import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Command } from 'commander';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { commandsFor } from '#src/cli/index.ts';
import type { CommandContext } from '#src/command.ts';
import { insertLink } from '#src/services/one-time-links/record.ts';
import { openCommandFolder } from '../support/setup/index.ts';

// One id in 64 of those in base64url starts with a dash. The second and third look like `--…`, `-c FILE` and `-s KEY`.
const ids = ['-Zq81kd_fYx0Rp7c', '--Q7d9w-kLx3Vb1_t5Yh0M', '-cKd83hfPq0-Zx_5Lw91', '-s4RtKj20fhWq8Zn_c31'];

t.test('an id that starts with a dash is an argument of every command', async (t) => {
  const { runInProcess } = await openCommandFolder(t);
  const redirect = ['--redirect-uri', 'https://app.example.com/callback'];
  for (const id of ids) {
    const add = await runInProcess(['client', 'add', '--type', 'web', ...redirect, '--id', id, '--json']);
    t.match(add, { exit: 0, err: '' });
    t.equal(JSON.parse(add.out).client_id, id, 'as the value of an option');

    const run = async (args: string[]) => {
      const { exit, out, err } = await runInProcess(args);
      t.same({ exit, err }, { exit: 0, err: '' }, args.join(' '));
      return JSON.parse(out);
    };
    t.match(await run(['client', 'show', id, '--json']), { client_id: id });
    t.match(await run(['--json', 'client', 'show', '--', id]), { client_id: id });
    t.match(await run(['client', '--json', 'update', '--name', 'Before', id]), { client_name: 'Before' });
    t.match(await run(['client', 'update', id, '--name', 'Behind', '--json']), { client_name: 'Behind' });
    t.match(await run(['client', 'add-secret', id, 'spare', '--json']), { client_id: id, name: 'spare' });
    t.match(await run(['client', 'remove-secret', '--json', id, 'spare']), { client_id: id });
    t.match(await run(['client', 'stop', id, '--json']), { client_id: id, stopped: true });
    t.match(await run(['client', 'start', id, '--json']), { client_id: id, stopped: false });
    t.match(await run(['client', 'delete', id, '--json']), { client_id: id, deleted: true });
  }

  for (const args of [
    ['client', 'show', 'app', '--jsn'],
    ['client', 'show', '-x'],
    ['client', 'show', '--no-such-option-of-postern'],
    ['client', 'show', 'app', ids[0] ?? ''],
    [ids[0] ?? '', 'client'],
  ])
    t.equal((await runInProcess(args)).exit, 2, args.join(' '));
});

t.test('an invitation whose id starts with a dash is revoked by command', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const idOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
  const tokens = Array.from({ length: 2_000 }, (_, n) => `token-${n}`);
  const token = tokens.find((one) => idOf(one).startsWith('-')) ?? '';
  const store = await openStore(`sqlite:${join(cwd, 'store.db')}`, { clock: Date });
  const invitation = {
    purpose: 'invitation',
    data: { claims: '{"email":"ada@example.com"}' },
    createdAt: Date.now(),
  };
  await store.commit([insertLink(token, invitation, { expiresAt: Date.now() + 60_000, isListed: true })]);
  await store.close();
  const { exit, out } = await runInProcess(['account', 'invitations', 'revoke', idOf(token), '--json']);
  t.equal(exit, 0);
  t.match(JSON.parse(out), { invitation: idOf(token), email: 'ada@example.com', revoked: true });
});

t.test('no option has a capital letter, so none is taken for an id', async (t) => {
  const program = new Command('postern');
  // Only an action reads the context.
  for (const command of await commandsFor([])) command(program, {} as CommandContext);
  const flagsOf = (command: Command): string[] => [
    ...command.options.map(({ flags }) => flags.replace(/[<[].*$/, '')),
    ...command.commands.flatMap(flagsOf),
  ];
  const flags = flagsOf(program);
  t.ok(flags.length > 50);
  t.same(
    flags.filter((flag) => /[A-Z]/.test(flag)),
    [],
  );
});
