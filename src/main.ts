/** `npm run dev` runs `postern start` with the given flags. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// The next start reuses the compiled code. The default folder is one that every user of the machine may write to.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/postern'));
process.argv.splice(2, 0, 'start');
await import('./cli/main.ts');
