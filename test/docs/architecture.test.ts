import { readFile } from 'node:fs/promises';
import t from 'tap';
import { fileOf } from '../../bench/path/called-function.ts';
import { traceExchange } from '../../bench/path/exchange.ts';

t.setTimeout(300_000);

const page = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8');

/** The files that the page lists, in its section about the exchange, for one of the stores. */
const listedFiles = (otherAdapter: string): readonly string[] => {
  const [, section = ''] = page.split('\n## One code exchange');
  const [listed = ''] = section.split('\n## ');
  return [...listed.matchAll(/^\| `([^`]+)` \|/gm)]
    .map(([, file = '']) => file)
    .filter((file) => !file.startsWith(`adapters/${otherAdapter}/`))
    .toSorted();
};

for (const [store, otherAdapter] of [
  ['embedded', 'redis'],
  ['redis', 'embedded'],
] as const) {
  t.test(`the page names the files that a code exchange runs through on ${store}`, async (t) => {
    const functions = await traceExchange(store);
    const files = [...new Set(functions.flatMap((called) => fileOf(called) ?? []))].toSorted();
    t.same(files, listedFiles(otherAdapter));
  });
}

t.test('a code exchange runs through no more files than it did', async (t) => {
  t.ok(listedFiles('redis').length <= 59, `${listedFiles('redis').length}`);
  t.ok(listedFiles('embedded').length <= 59, `${listedFiles('embedded').length}`);
});
