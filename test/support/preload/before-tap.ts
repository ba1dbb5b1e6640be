/**
 * Runs in each test process before the hooks of tap. They record each file that a process loads, for coverage, and load
 * themselves into each process that a test starts. Without coverage this is work for nothing.
 */
const { env, pid } = process;

// Node has read these two by now. A process that a test starts has an environment of its own.
delete env['NODE_OPTIONS'];
delete env['NODE_COMPILE_CACHE'];

if (env['_TAPJS_PROCESSINFO_COVERAGE_'] === '0') {
  env['_TAPJS_PROCESSINFO_EXCLUDE_'] = '/^/';
  env['__TAPJS_PROCESSINFO_TESTING_NO_REGISTER__'] = `${pid}`;
}
