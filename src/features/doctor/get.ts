const timeoutMs = 5_000;

/** A request like that of a browser or client, except that it follows no redirect. */
export const get = (url: string): Promise<Response> =>
  fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json, text/html' },
  });
