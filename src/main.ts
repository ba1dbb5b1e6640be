/** `npm run dev` runs `postern start` with the given flags. */
import { enableCompileCache } from 'node:module';

// The next start reuses the compiled code. If the cache can't be written, the start is only slower.
enableCompileCache();
process.argv.splice(2, 0, 'start');
await import('./cli/main.ts');
