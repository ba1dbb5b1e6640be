import { pino } from 'pino';

const openDestination = () => {
  // Lines are written in batches: writing each line alone costs more than formatting it. The rest is written at exit.
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: 4096,
    periodicFlush: 100,
    maxLength: 4_000_000,
  });
  let failed = false;
  destination.on('error', () => {
    failed = true;
  });
  destination.on('write', () => {
    failed = false;
  });
  // This runs before pino's own exit listener, which would retry until the disk has space.
  const giveUp = (): void => {
    if (failed) destination.destroy();
  };
  process.prependListener('beforeExit', giveUp);
  process.prependListener('exit', giveUp);
  return destination;
};

let shared: ReturnType<typeof openDestination> | undefined;

/**
 * Standard output, shared by all loggers of the process. When it is a file on a full disk, the server goes on: it
 * buffers up to 4 MB of lines, drops the rest, and doesn't wait for disk space at exit.
 */
export const logDestination = (): ReturnType<typeof openDestination> => {
  shared ??= openDestination();
  return shared;
};
