import { watch } from 'node:fs';
import { inMemory } from './file.ts';

/** Ends the watch. */
type Unwatch = () => void;

/**
 * Calls the listener after each write to the log, whichever process writes, and when the watch fails. Undefined where the
 * system has no watches, or none left.
 */
export type WatchLog = (listener: () => void) => Unwatch | undefined;

export const createWatchLog =
  (path: string): WatchLog =>
  (listener) => {
    if (path === inMemory) return undefined;
    try {
      const watcher = watch(`${path}-wal`, { persistent: false }, listener);
      watcher.on('error', listener);
      return () => watcher.close();
    } catch {
      return undefined;
    }
  };
