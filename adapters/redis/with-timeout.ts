export const withTimeout = <T>(work: Promise<T>, limitMs: number): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
