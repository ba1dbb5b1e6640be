import type { IncomingMessage } from 'node:http';
import { Failure } from '../../errors.ts';
import { announcesBody, readBody } from '../bodies.ts';

/** What the engine reads at most; anything longer it would call malformed. */
const engineMaxBytes = 57_344;
/** The engine's parser passes over those that come after so many, and so over one that stands twice (CWE-235). */
const maxParameters = 1_000;

const refuseTooManyParameters = (): never => {
  throw new Failure({
    code: 'invalid_request',
    message: `the request has more than ${maxParameters} parameters`,
  });
};

/** Shorter ones can't hold so many. */
export const limitQuery = (url: string): void => {
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

/**
 * A body is read here, as far as it may go, and the engine finds it read: so one that doesn't tell its length is refused
 * like one that does, as is one that could hold more parameters than the engine looks at.
 */
export const readBodyForEngine = async (request: IncomingMessage, maxBytes: number): Promise<void> => {
  if (request.method !== 'POST' || !announcesBody(request)) return;
  const body = await readBody(request, Math.min(maxBytes, engineMaxBytes));
  limitParameters(body);
  Object.defineProperties(request, {
    readable: { value: true },
    iterator: { value: () => [body] },
  });
};
