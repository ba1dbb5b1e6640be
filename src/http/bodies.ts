import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest, preParsingAsyncHookHandler } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../errors.ts';

/** A compressed body can expand to any size (CWE-409), and no client needs to compress a form. */
const encodedBodyRefused = new Failure({
  code: 'unsupported_media_type',
  status: 415,
  message: 'send the body as it is, without a content encoding',
});

const tooLarge = (maxBytes: number): Failure =>
  new Failure({
    code: 'request_too_large',
    status: 413,
    message: `the request body is larger than ${maxBytes} bytes`,
  });

export const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** A body has no meaning in a request of any other method (RFC 9110 §9.3), so it is never read. */
const methodAllowsBody = ({ method }: IncomingMessage): boolean =>
  method === 'POST' || method === 'PUT' || method === 'PATCH';

/** A route with a limit of its own takes files; it decides before the body is read who may send one. */
const limitOf = ({ routeOptions }: FastifyRequest, maxBytes: number): number =>
  Math.max(routeOptions.bodyLimit ?? 0, maxBytes);

/** Refuses a body by its headers, before anything is read. This covers the engine too, which reads bodies itself. */
export const checkBodyHeaders = (server: FastifyInstance, { security }: Pick<Config, 'security'>): void => {
  const maxBytes = security.max_body_bytes;
  const isTooLarge = ({ headers }: IncomingMessage, limit = maxBytes): boolean =>
    Number(headers['content-length']) > limit;
  // The header goes to the raw response: the engine answers there, and a hook may refuse the request before the one below.
  server.server.prependListener('request', (request, answer) => {
    // The server doesn't wait for the rest of a large body. An unread body could pass as a request (RFC 9110 §9.3.1).
    if (isTooLarge(request) || (announcesBody(request) && !methodAllowsBody(request)))
      answer.setHeader('connection', 'close');
  });
  server.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request;
    const limit = limitOf(request, maxBytes);
    const { 'content-encoding': encoding } = raw.headers;
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') done(encodedBodyRefused);
    else if (isTooLarge(raw, limit)) done(tooLarge(limit));
    else done();
  });
  server.addHook('onSend', ({ raw }, reply, payload, done) => {
    // The response leaves before a body of unknown length ends, so the server would read the rest for nothing.
    if (raw.headers['transfer-encoding'] !== undefined && !raw.complete) reply.header('connection', 'close');
    done(null, payload);
  });
};

/** A chunk of one byte takes 200 bytes of memory, so chunks are merged when there are many (CWE-770). */
const maxChunks = 100;

const joinChunks = (chunks: readonly Buffer[]): Buffer => {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks);
};

/**
 * Reads a whole body; every scope reads with this function. Fastify's own reader keeps each chunk as it came, and an
 * async iterator costs more than all other work on a body.
 */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maxBytes) return void reject(tooLarge(maxBytes));
    const chunks: Buffer[] = [];
    let received = 0;
    // A stream also closes after a complete body.
    const onAborted = (): void => {
      if (!request.readableEnded)
        reject(new Failure({ code: 'invalid_request', message: 'the request body broke off' }));
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > maxBytes) {
        request.off('data', onData).pause();
        return void reject(tooLarge(maxBytes));
      }
      chunks.push(chunk);
      if (chunks.length === maxChunks) chunks.splice(0, maxChunks, Buffer.concat(chunks));
    };
    // Each of the last three comes once, and a listener that removes itself costs more.
    request
      .on('data', onData)
      .on('end', () => resolve(joinChunks(chunks)))
      .on('error', onAborted)
      .on('close', onAborted);
  });

/** For a parser that Fastify feeds: it receives the body as one chunk. */
export const bufferBody =
  (maxBytes: number): preParsingAsyncHookHandler =>
  async (request, _reply, payload) => {
    const { raw } = request;
    if (!announcesBody(raw) || !methodAllowsBody(raw)) return payload;
    return Readable.from([await readBody(raw, limitOf(request, maxBytes))]);
  };
