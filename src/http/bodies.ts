import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, preParsingAsyncHookHandler } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../errors.ts';

/** A few bytes can unpack to any number of them; no client of such a server needs to pack a form. */
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

/** Of no other is a body read: it means nothing (RFC 9110 §9.3). */
const methodAllowsBody = ({ method }: IncomingMessage): boolean => method === 'POST' || method === 'PUT';

/** Judged by what the headers say, before anything is read: also for the engine, which reads bodies by itself. */
export const checkBodyHeaders = (server: FastifyInstance, { security }: Pick<Config, 'security'>): void => {
  const maxBytes = security.max_body_bytes;
  const isTooLarge = ({ headers }: IncomingMessage): boolean => Number(headers['content-length']) > maxBytes;
  // On the raw answer, because the engine answers there, and whoever refuses the request ahead of the hook below.
  server.server.prependListener('request', (request, answer) => {
    // The rest of a large one is not waited for; one that means nothing may be meant as a request (RFC 9110 §9.3.1).
    if (isTooLarge(request) || (announcesBody(request) && !methodAllowsBody(request)))
      answer.setHeader('connection', 'close');
  });
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    const { 'content-encoding': encoding } = raw.headers;
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') done(encodedBodyRefused);
    else if (isTooLarge(raw)) done(tooLarge(maxBytes));
    else done();
  });
  server.addHook('onSend', ({ raw }, reply, payload, done) => {
    // Answered before its end was seen, and it tells no length: whatever follows would be read for nothing.
    if (raw.headers['transfer-encoding'] !== undefined && !raw.complete) reply.header('connection', 'close');
    done(null, payload);
  });
};

/** A piece of one byte takes two hundred, so many of them are made one (CWE-770). */
const maxChunks = 100;

/**
 * The one way to read a body. Fastify's own would keep each piece as it came, and the iterator of a stream costs more
 * than all else that is done with a body.
 */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maxBytes) return void reject(tooLarge(maxBytes));
    const chunks: Buffer[] = [];
    let received = 0;
    // Closed it is also when all went well.
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
    request
      .on('data', onData)
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', onAborted)
      .once('close', onAborted);
  });

/** For a parser that reads by Fastify: it finds one piece. */
export const bufferBody =
  (maxBytes: number): preParsingAsyncHookHandler =>
  async ({ raw }, _reply, payload) =>
    announcesBody(raw) && methodAllowsBody(raw) ? Readable.from([await readBody(raw, maxBytes)]) : payload;
