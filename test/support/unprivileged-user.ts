/** Runs `work` as an unprivileged user when the tests run as root, whom access rights don't restrict. */
export const asUnprivilegedUser = async <T>(work: () => Promise<T>): Promise<T> => {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
};
