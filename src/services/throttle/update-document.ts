import { Conflict } from '../../store/errors.ts';
import type { Document, Key, Store } from '../../store/port.ts';

/** More than the attempts that may fail at the same time. */
const maxTries = 64;

interface Content {
  readonly body: string;
  readonly expiresAt?: number;
}

/**
 * Replaces a document that was read before, and reads it again after another process has written it. `change` gets what is
 * stored now; without a result nothing is written.
 */
export const updateDocument = async (
  store: Store,
  key: Key,
  document: Document | undefined,
  change: (document: Document | undefined) => Content | undefined,
): Promise<void> => {
  let current = document;
  for (let tries = 0; ; tries += 1) {
    const content = change(current);
    if (!content) return;
    try {
      await store.commit([
        current
          ? { op: 'replace', key, ...content, expected: current.body }
          : { op: 'insert', key, ...content },
      ]);
      return;
    } catch (error) {
      if (!(error instanceof Conflict) || tries === maxTries) throw error;
      [current] = await store.read([key]);
    }
  }
};
