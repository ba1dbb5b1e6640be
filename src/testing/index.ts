/**
 * The test kit, `postern/testing`: a whole server inside a test, on a free port and with a store in memory. It creates
 * accounts, clients, signed-in sessions and authorization codes through the engine, without a browser, and has a clock
 * that the test moves. Use it in tests only.
 */
export type { AuthorizationCode, CodeRequest } from './authorization-code.ts';
export { createTestClock, type TestClock } from './clock.ts';
export { freePort } from './free-port.ts';
export type { SignedIn, SignIn } from './session.ts';
export { startServer, type TestServer, type TestServerOptions } from './start-server.ts';
