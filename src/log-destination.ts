import { pino } from 'pino';

const openDestination = () => {
  // Lines leave together: to write each by itself costs more than to make it. The last ones are written at the end.
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
  // Ahead of the destination's own: it would try until there is room.
  const giveUp = (): void => {
    if (failed) destination.destroy();
  };
  process.prependListener('beforeExit', giveUp);
  process.prependListener('exit', giveUp);
  return destination;
};

let shared: ReturnType<typeof openDestination> | undefined;

/**
 * Standard output, which a process has once. When it is a file and the disk is full, the server goes on: some megabytes
 * of lines wait for room, those beyond are lost, and the end is not put off for them.
 */
export const logDestination = (): ReturnType<typeof openDestination> => {
  shared ??= openDestination();
  return shared;
};
