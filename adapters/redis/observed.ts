import { Conflict } from '#src/store/errors.ts';
import type { OnStoreOperation } from '#src/store/port.ts';

/** Makes each call of an operation known to the observer. Without one the operation stays as it is. */
export type Observed = <Arguments extends readonly unknown[], Result>(
  operation: (...values: Arguments) => Promise<Result>,
) => (...values: Arguments) => Promise<Result>;

export const createObserved =
  (observe: OnStoreOperation | undefined) =>
  (name: string): Observed =>
  (operation) => {
    if (!observe) return operation;
    return async (...values) => {
      const started = performance.now();
      try {
        const result = await operation(...values);
        observe(name, performance.now() - started, 'ok');
        return result;
      } catch (error) {
        const outcome = error instanceof Conflict ? 'conflict' : 'unavailable';
        observe(name, performance.now() - started, outcome);
        throw error;
      }
    };
  };
