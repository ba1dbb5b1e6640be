import type { IncomingMessage } from 'node:http';

/** Of the outer request, those that the token endpoint judges by. */
const forwardedHeaders = [
  'authorization',
  'dpop',
  'host',
  'user-agent',
  'x-forwarded-proto',
  'x-forwarded-for',
  'origin',
] as const;

/**
 * The same request in the words of RFC 6749, for the engine to read: form-encoded, at the path that proofs name. The
 * engine looks at no more of an `IncomingMessage` than what is here.
 */
export const toFormRequest = (
  original: IncomingMessage,
  path: string,
  parameters: Readonly<Record<string, string>>,
): IncomingMessage => {
  const body = Buffer.from(new URLSearchParams(parameters).toString());
  const headers: Record<string, string | string[] | undefined> = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
    accept: 'application/json',
  };
  for (const name of forwardedHeaders)
    if (original.headers[name] !== undefined) headers[name] = original.headers[name];
  const { socket, httpVersion, httpVersionMajor, httpVersionMinor } = original;
  const formRequest = {
    method: 'POST',
    url: path,
    headers,
    socket,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    readable: true,
    readableEncoding: null,
    // What the engine reads a body by; all of it is here already.
    iterator: () => [body],
  };
  // Koa and the engine read these properties; the rest of the class is never touched.
  return formRequest as unknown as IncomingMessage;
};
