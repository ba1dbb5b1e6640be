/**
 * Owns the modules of the operator (`extensions`): loading them, asking them for claims, and passing them events. What
 * an extension may be is in src/extension.ts.
 *
 * The code is trusted, but it may be wrong: a request is refused rather than answered with a token that has half of its
 * claims. A synchronous loop can't be stopped, because it has the thread of the server.
 */
export { loadExtensions } from './load.ts';
export { type Extensions, runExtensions } from './run.ts';
