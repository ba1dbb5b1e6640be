/**
 * How a test gets a server, and what talks to it. Everything that is started ends with the test.
 *
 * - `startInProcess`: a server in the test's process, by the public test kit. Use it unless the test is about processes.
 * - `startServerProcess`: `postern start` as a process, with its log, signals and commands.
 * - `startFleet`: several server processes over one store.
 * - `openCommandFolder`, `runPostern`: commands without a server.
 * - `startProgram`: any other program of this repository.
 * - `RelyingParty`, `codeFor`: the requests of a client. `Browser`: a person without JavaScript;
 *   `signedInBrowser`: one that has a session.
 * - `testConfig`: a configuration without a server.
 * - `postForm`, `httpGet`: single requests.
 */
export { Browser, formOf, type Page } from './browser.ts';
export { type Owner, postern, startProgram } from './child.ts';
export { openCommandFolder, runPostern, runPosternInProcess } from './commands.ts';
export { type Fleet, startFleet } from './fleet.ts';
export { type FormFields, type HttpResponse, httpGet, postForm, type ResponseBody } from './http-requests.ts';
export { startInProcess, type TestServer } from './in-process.ts';
export {
  basicAuthorization,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  usualConfig,
} from './relying-party.ts';
export { isReady, type ServerProcess, startServerProcess } from './server-process.ts';
export { signedInBrowser } from './signed-in-browser.ts';
export { testConfig } from './test-config.ts';
