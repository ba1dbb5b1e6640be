/**
 * Several processes that share one port. The primary process starts the workers, replaces workers that die, passes
 * signals on and gathers metrics. It serves no requests, and this folder doesn't know what a worker does.
 */
export { startWorkers } from './primary.ts';
export { connectToPrimary, type Primary } from './worker.ts';
