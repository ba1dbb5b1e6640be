import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, preParsingAsyncHookHandler } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../errors.ts';

/** A few bytes can unpack to any number of them; no client of such a server needs to pack a form. */
const packed = new Failure({
  code: 'unsupported_media_type',
  status: 415,
  message: 'send the body as it is, without a content encoding',
});

const tooLarge = (most: number): Failure =>
  new Failure({
    code: 'request_too_large',
    status: 413,
    message: `the request body is larger than ${most} bytes`,
  });

export const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** Of no other is a body read: it means nothing (RFC 9110 §9.3). */
const mayHaveBody = ({ method }: IncomingMessage): boolean => method === 'POST' || method === 'PUT';

/** Judged by what the headers say, before anything is read: also for the engine, which reads bodies by itself. */
export const refuseBodies = (server: FastifyInstance, { security }: Pick<Config, 'security'>): void => {
  const most = security.max_body_bytes;
  const isTooLarge = ({ headers }: IncomingMessage): boolean => Number(headers['content-length']) > most;
  // On the raw answer, because the engine answers there, and whoever refuses the request ahead of the hook below.
  server.server.prependListener('request', (request, answer) => {
    // The rest of a large one is not waited for; one that means nothing may be meant as a request (RFC 9110 §9.3.1).
    if (isTooLarge(request) || (announcesBody(request) && !mayHaveBody(request)))
      answer.setHeader('connection', 'close');
  });
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    const { 'content-encoding': encoding } = raw.headers;
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') done(packed);
    else if (isTooLarge(raw)) done(tooLarge(most));
    else done();
  });
  server.addHook('onSend', ({ raw }, reply, payload, done) => {
    // Answered before its end was seen, and it tells no length: whatever follows would be read for nothing.
    if (raw.headers['transfer-encoding'] !== undefined && !raw.complete) reply.header('connection', 'close');
    done(null, payload);
  });
};

/** A piece of one byte takes two hundred, so many of them are made one (CWE-770). */
const mostPieces = 100;

/**
 * The one way to read a body. Fastify's own would keep each piece as it came, and the iterator of a stream costs more
 * than all else that is done with a body.
 */
export const readWhole = (request: IncomingMessage, most: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > most) return void reject(tooLarge(most));
    const chunks: Buffer[] = [];
    let received = 0;
    // Closed it is also when all went well.
    const brokeOff = (): void => {
      if (!request.readableEnded)
        reject(new Failure({ code: 'invalid_request', message: 'the request body broke off' }));
    };
    const take = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > most) {
        request.off('data', take).pause();
        return void reject(tooLarge(most));
      }
      chunks.push(chunk);
      if (chunks.length === mostPieces) chunks.splice(0, mostPieces, Buffer.concat(chunks));
    };
    request
      .on('data', take)
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', brokeOff)
      .once('close', brokeOff);
  });

/** For a parser that reads by Fastify: it finds one piece. */
export const asOnePiece =
  (most: number): preParsingAsyncHookHandler =>
  async ({ raw }, _reply, payload) =>
    announcesBody(raw) && mayHaveBody(raw) ? Readable.from([await readWhole(raw, most)]) : payload;
