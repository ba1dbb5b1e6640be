const timeoutMs = 5_000;

/** A request like that of a browser or client, except that it follows no redirect. */
export const get = (url: string): Promise<Response> =>
  fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json, text/html' },
  });

export const objectIn = async (
  response: Response,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const value: unknown = await response.json().catch(() => undefined);
  // Any object can be read by name; each value that is read gets checked.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
};
