/** Keeps compiled code for the next test file: each is a process that would strip and compile the sources again. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/postern-tests'));
