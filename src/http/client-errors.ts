import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

type Answer = readonly [status: number, sentence: string];

const malformed: Answer = [400, 'The request could not be read.'];

const answers: Readonly<Record<string, Answer>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request was not completed in time.'],
  HPE_HEADER_OVERFLOW: [
    431,
    'The headers or the address of the request are too large. In a browser, delete the cookies of this site.',
  ],
};

/**
 * Answers bytes that never became a request. The sender may be a person or a program, so the answer is a plain sentence.
 * It must not be cached (RFC 6585 §5).
 */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  const { code = '' } = error;
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const [status, sentence] = answers[code] ?? malformed;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${sentence.length}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${sentence}`);
  socket.destroy(error);
};
