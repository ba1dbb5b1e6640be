import t from 'tap';
import { commandsFor } from '#src/cli/index.ts';

// Which commands are imported: a start that imports all of them takes a tenth longer.

const countFor = async (...args: readonly string[]): Promise<number> => (await commandsFor(args)).length;

t.test('global flags before a command change nothing', async (t) => {
  t.equal(await countFor('start'), 1);
  t.equal(await countFor('--config', 'init', '-s', 'a=b', '--set=c=d', '-cfile', '--json', 'start'), 1);
  t.equal(await countFor('-c', 'postern.yaml', 'account', 'list'), await countFor('account', 'list'));
});

t.test('without a command all are there', async (t) => {
  const all = await countFor();
  t.ok(all > 15);
  t.equal(await countFor('--help'), all);
  t.equal(await countFor('--json', '--version'), all);
  t.equal(await countFor('--config', 'start'), all, 'start is the name of a file here');
  t.equal(await countFor('--set', 'a=b', 'no-such-command', 'start'), all);
});
