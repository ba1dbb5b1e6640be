import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { drawDiagram } from '../../docs/tools/diagram.ts';
import { diagrams } from '../../docs/tools/diagrams.ts';

t.test('the diagrams of the documentation are the ones that are drawn', (t) => {
  for (const [name, diagram] of Object.entries(diagrams)) {
    t.equal(readFileSync(`docs/pictures/${name}.svg`, 'utf8'), drawDiagram(diagram), name);
  }
  t.same(
    globSync('docs/pictures/*.svg').toSorted(),
    Object.keys(diagrams)
      .map((name) => `docs/pictures/${name}.svg`)
      .toSorted(),
  );
  t.end();
});
