import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { drawDiagram } from '../../docs/tools/diagram.ts';
import { diagrams } from '../../docs/tools/diagrams.ts';
import { colorSchemes, screenshotFile, screenshots } from '../../docs/tools/screenshots.ts';

const folder = 'docs/pictures';
const screenshotFiles = screenshots.flatMap((name) =>
  colorSchemes.map((scheme) => screenshotFile(name, scheme)),
);

t.test('the diagrams of the documentation are the ones that are drawn', async (t) => {
  for (const [name, diagram] of Object.entries(diagrams)) {
    t.equal(readFileSync(join(folder, `${name}.svg`), 'utf8'), drawDiagram(diagram), name);
  }
});

t.test('`npm run screenshots` makes every picture', async (t) => {
  const made = [...Object.keys(diagrams).map((name) => `${name}.svg`), ...screenshotFiles];
  t.same(globSync('*', { cwd: folder }).toSorted(), made.toSorted());
});

t.test('every screenshot is a WebP picture below 80 KB', async (t) => {
  for (const file of screenshotFiles) {
    const picture = readFileSync(join(folder, file));
    t.equal(picture.toString('latin1', 0, 4) + picture.toString('latin1', 8, 12), 'RIFFWEBP', file);
    t.ok(picture.length < 80_000, `${file}: ${picture.length}`);
  }
});

t.test('every picture is on a page, and a light one has its dark one beside it', async (t) => {
  const pages = ['README.md', ...globSync('docs/**/*.md')].map((page) => readFileSync(page, 'utf8'));
  const unused = globSync('*', { cwd: folder }).filter(
    (file) => !pages.some((page) => page.includes(`pictures/${file}`)),
  );
  t.same(unused, []);
  const blocks = pages.flatMap((page) => page.match(/<picture>[\s\S]*?<\/picture>/g) ?? []);
  t.ok(blocks.length >= 8);
  for (const block of blocks) {
    const [, dark] = /srcset="\S*?([\w-]+)-dark\.webp"/.exec(block) ?? [];
    const [, light] = /src="\S*?([\w-]+)-light\.webp"/.exec(block) ?? [];
    t.ok(dark !== undefined && dark === light, block);
  }
});
