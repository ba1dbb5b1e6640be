/** Runs in each test process after the hooks of tap. */
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

// tap turns these on, and reads and decodes the maps of hundreds of dependencies. Our own sources need none: their
// lines stay where they are when the types are stripped.
process.setSourceMapsEnabled(false);

// A process that a test forks would take these options over, and look for this file in a folder of its own.
const isOfTap = (option: string): boolean =>
  option === '--enable-source-maps' || option.startsWith('--import=');
process.execArgv.splice(0, process.execArgv.length, ...process.execArgv.filter((option) => !isOfTap(option)));

// Most of what a test file takes is finding and reading a thousand modules, as a start of the server does. For coverage,
// the hooks of tap have to see them.
if (process.env['_TAPJS_PROCESSINFO_COVERAGE_'] === '0') {
  const { createModuleHooks } = createRequire(import.meta.url)(join(root, 'bin/module-hooks.js'));
  registerHooks(createModuleHooks(root, '.ts'));
}
