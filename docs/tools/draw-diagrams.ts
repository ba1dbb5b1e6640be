import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawDiagram } from './diagram.ts';
import { diagrams } from './diagrams.ts';

for (const [name, diagram] of Object.entries(diagrams)) {
  writeFileSync(fileURLToPath(new URL(`../pictures/${name}.svg`, import.meta.url)), drawDiagram(diagram));
}
