/**
 * Several processes behind one port: the first process starts them, replaces those that die, passes signals on and
 * gathers their metrics. It serves nothing itself, and knows nothing of what a worker does.
 */
export { startWorkers } from './primary.ts';
export { connectToPrimary, type Primary } from './worker.ts';
