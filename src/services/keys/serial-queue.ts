/** Runs tasks one after the other, so that the result of an earlier read never replaces that of a later one. */
export const createSerialQueue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  };
};
