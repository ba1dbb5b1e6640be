/** Questions and answers between this process and its child processes. */
import type { ChildProcess } from 'node:child_process';

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

let count = 0;

/** The type of the answer is not checked: both sides are files of this folder. */
export const ask = <T>(child: ChildProcess, name: string, argument?: unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    const id = count++;
    const removeListeners = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onExit = (): void => {
      removeListeners();
      reject(new Error(`the process ended before it answered ${name}`));
    };
    const onMessage = (message: unknown): void => {
      const answer = message as Answer;
      if (answer.id !== id) return;
      removeListeners();
      if (answer.error === undefined) resolve(answer.result as T);
      else reject(new Error(answer.error));
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send({ id, name, argument } satisfies Question);
  });

type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

/** Answers in the child process, and ends it when its parent has ended. */
export const answer = (handlers: Handlers): void => {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (message: unknown) => {
    const { id, name, argument } = message as Question;
    try {
      const result = await handlers[name]?.(argument as never);
      process.send?.({ id, result } satisfies Answer);
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? `${error.stack}` : String(error),
      } satisfies Answer);
    }
  });
};
