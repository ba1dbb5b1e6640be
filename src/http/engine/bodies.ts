import type { IncomingMessage } from 'node:http';
import { Failure } from '../../errors.ts';
import { announcesBody, readBody } from '../bodies.ts';

/** The engine reads no more than this and calls anything longer malformed. */
const engineMaxBytes = 57_344;
/** The engine's parser ignores parameters beyond this number, so it could miss a repeated one (CWE-235). */
const maxParameters = 1_000;

const refuseTooManyParameters = (): never => {
  throw new Failure({
    code: 'invalid_request',
    message: `the request has more than ${maxParameters} parameters`,
  });
};

export const limitQuery = (url: string): void => {
  // A shorter URL can't hold so many.
  if (url.length > maxParameters && url.split('&', maxParameters + 1).length > maxParameters)
    refuseTooManyParameters();
};

const ampersand = 0x26;

const limitParameters = (body: Buffer): void => {
  if (body.length < maxParameters) return;
  let parameters = 1;
  for (const byte of body) if (byte === ampersand) parameters += 1;
  if (parameters > maxParameters) refuseTooManyParameters();
};

export const carriesBody = (request: IncomingMessage): boolean =>
  request.method === 'POST' && announcesBody(request);

const ended: Promise<IteratorResult<Buffer, undefined>> = Promise.resolve({ done: true, value: undefined });

/** The iterator of a stream that was read. The engine iterates over anything, but an array takes six promises more. */
const iterate = (body: Buffer): AsyncIterable<Buffer> => {
  let isGiven = false;
  const next = (): Promise<IteratorResult<Buffer, undefined>> => {
    if (isGiven) return ended;
    isGiven = true;
    return Promise.resolve({ done: false, value: body });
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
};

/** It hides the getter of the stream, which says that a body that was read is not readable. */
const readable: PropertyDescriptor = { value: true };

/**
 * Reads the body and hands it to the engine as already read. A body that doesn't declare its length is thus bounded like
 * any other, and one with more parameters than the engine looks at is refused.
 */
export const readBodyForEngine = async (request: IncomingMessage, maxBytes: number): Promise<void> => {
  const body = await readBody(request, Math.min(maxBytes, engineMaxBytes));
  limitParameters(body);
  Object.defineProperty(request, 'readable', readable);
  Object.assign(request, { iterator: () => iterate(body) });
};
