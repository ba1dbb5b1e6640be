import { type DestinationStream, pino } from 'pino';

/** The system call for a line costs more than the line, so lines wait for others: at most so long and so many. */
const maxDelayMs = 100;
const batchLength = 32 * 1024;
const maxWaitingLength = 4_000_000;
const retryMs = 1_000;

const warnLevel = 40;

/** pino tells a destination that has this property the level of each line. */
const wantsLevel = Symbol.for('pino.metadata');

interface BatchingStream extends DestinationStream {
  readonly [wantsLevel]: true;
  lastLevel: number;
  /** pino calls it for fatal errors. */
  flushSync(): void;
}

const openDestination = (): BatchingStream => {
  // It writes when it is flushed, and not when a batch arrives: so the last batch can be written synchronously.
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: 2 * batchLength,
    maxWrite: 4 * batchLength,
    maxLength: maxWaitingLength,
  });
  let batch = '';
  let timer: NodeJS.Timeout | undefined;
  let writing = false;
  /** What the destination got and has not written. */
  let waitingBytes = 0;
  let failed = false;
  let ended = false;

  const handOver = (): void => {
    if (batch !== '' && !ended) {
      waitingBytes += Buffer.byteLength(batch);
      destination.write(batch);
    }
    batch = '';
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    handOver();
    if (writing || ended) return;
    writing = true;
    destination.flush();
  };
  const flushLater = (ms: number): void => {
    timer ??= setTimeout(flush, ms).unref();
  };

  destination.on('write', (bytes: number) => {
    failed = false;
    waitingBytes -= bytes;
  });
  destination.on('drop', (dropped: string) => {
    waitingBytes -= Buffer.byteLength(dropped);
  });
  destination.on('drain', () => {
    writing = false;
    if (waitingBytes > 0) flush();
  });
  destination.on('error', () => {
    failed = true;
    writing = false;
    flushLater(retryMs);
  });
  // A failure shows here, before the exit.
  process.on('beforeExit', () => {
    if (batch !== '' && !failed) flush();
  });
  // This runs before pino's own listener, which writes what it has, and would retry until the disk has space.
  process.prependListener('exit', () => {
    handOver();
    if (!failed) return;
    ended = true;
    destination.destroy();
  });

  return {
    [wantsLevel]: true,
    lastLevel: 0,
    write(line) {
      batch += line;
      if (this.lastLevel >= warnLevel || batch.length >= batchLength) flush();
      else flushLater(maxDelayMs);
    },
    flushSync() {
      handOver();
      destination.flushSync();
    },
  };
};

let shared: BatchingStream | undefined;

/**
 * Standard output, shared by all loggers of the process. Lines are written together, those of warnings and errors at
 * once, with all before them. When it is a file on a full disk, the server goes on: it buffers up to 4 MB of lines,
 * drops the rest, and doesn't wait for disk space at exit.
 */
export const logDestination = (): BatchingStream => {
  shared ??= openDestination();
  return shared;
};
