const patienceMs = 5_000;

/** As a browser or a client would, but without following where it is led. */
export const get = (url: string): Promise<Response> =>
  fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
    headers: { accept: 'application/json, text/html' },
  });
