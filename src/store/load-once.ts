/**
 * Loads something with its first use, and keeps it. A load that fails is tried again with the next use: it may fail for
 * a moment, as when the process has no file descriptor left.
 */
export const loadOnce = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
};
