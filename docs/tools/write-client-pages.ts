import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientPages } from './client-pages.ts';

const folder = join(import.meta.dirname, '../clients');
mkdirSync(folder, { recursive: true });
for (const page of globSync('*.md', { cwd: folder })) rmSync(join(folder, page));
for (const [name, text] of clientPages()) writeFileSync(join(folder, name), text);
