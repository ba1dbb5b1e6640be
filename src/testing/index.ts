/**
 * The test kit, `postern/testing`: a whole server in a test, on a free port with a store in memory; accounts, clients,
 * signed-in sessions and authorization codes without a click, made by the engine itself; a clock to move. Not for
 * anything that runs outside a test.
 */
export type { AuthorizationCode, CodeRequest } from './authorization-code.ts';
export { createTestClock, type TestClock } from './clock.ts';
export { freePort } from './free-port.ts';
export type { SignedIn, SignIn } from './session.ts';
export { startServer, type TestServer, type TestServerOptions } from './start-server.ts';
