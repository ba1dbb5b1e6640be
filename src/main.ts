/** `npm run dev`: the command `start` of `postern`, with whatever flags follow. */
import { enableCompileCache } from 'node:module';

// What was compiled once need not be compiled at the next start; without a place to write, nothing is lost.
enableCompileCache();
process.argv.splice(2, 0, 'start');
await import('./cli/main.ts');
