/** Keeps compiled code for the next test file: each is a process that would strip and compile the sources again. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/postern-tests'));

// tap turns these on, and reads and decodes the maps of hundreds of dependencies. Our own sources need none: their
// lines stay where they are when the types are stripped.
process.setSourceMapsEnabled(false);

// A process that a test forks would take the option over, and look for this file in a folder of its own.
const inherited = process.execArgv.findIndex((option) => option.endsWith('test/support/compile-cache.ts'));
if (inherited >= 0) process.execArgv.splice(inherited, 1);
