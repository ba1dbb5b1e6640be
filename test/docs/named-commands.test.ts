import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openCommandFolder } from '../support/setup/index.ts';
import { pages, root } from './command-blocks.ts';

/** The commands that sentences and tables name, by page. Blocks are run by commands.test.ts. */
const named = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  return [...text.matchAll(/`(?:npx )?postern ([a-z][^`]*)`/g)].map(([, command = '']) => ({
    page,
    command,
  }));
});

t.test('every script of npm that a page names exists', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const unknown = [...pages, 'CONTRIBUTING.md'].flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return [...text.matchAll(/\bnpm run (?:--\S+ )?([\w:-]+)/g)]
      .filter(([, script = '']) => !(script in scripts))
      .map(([command]) => `${page}: ${command}`);
  });
  t.same(unknown, []);
  t.end();
});

t.test('every command that a page names exists, with its options', async (t) => {
  const { runInProcess } = await openCommandFolder(t);
  t.ok(named.length > 60, `${named.length} commands`);
  const helps = new Map<string, string>();
  const helpOf = async (words: readonly string[]): Promise<string> => {
    const key = words.join(' ');
    const help = helps.get(key) ?? (await runInProcess([...words, '--help'])).out;
    helps.set(key, help);
    return help;
  };
  const unknown: string[] = [];
  for (const { page, command } of named) {
    const words = command.split(/\s+/);
    const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
    const path = end < 0 ? words : words.slice(0, end);
    const help = await helpOf(path);
    const [, name = '', rest = ''] = /^Usage: postern ((?:[a-z][a-z-]* ?)*)(.*)$/m.exec(help) ?? [];
    const own = name.trim().split(' ');
    const hasOwnArguments = own.length === path.length || /<|\[(?!options|command)/.test(rest);
    const exists = name !== '' && own.every((word, at) => word === path[at]) && hasOwnArguments;
    const options = words.filter((word) => word.startsWith('--'));
    if (!exists || !options.every((option) => help.includes(`${option} `) || help.includes(`${option}\n`)))
      unknown.push(`${page}: postern ${command}`);
  }
  t.same(unknown, []);
});
