import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Runs a build tool without the options that the calling program gives its own child processes: the hooks of a test
 * runner stop the compiler.
 */
export const runTool = (command: string, args: readonly string[], cwd: string) =>
  promisify(execFile)('env', ['-u', 'NODE_OPTIONS', command, ...args], { cwd });
