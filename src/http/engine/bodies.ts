import type { IncomingMessage } from 'node:http';
import { Failure } from '../../errors.ts';
import { announcesBody, readWhole } from '../bodies.ts';

/** What the engine reads at most; anything longer it would call malformed. */
const readByEngine = 57_344;
/** The engine's parser passes over those that come after so many, and so over one that stands twice (CWE-235). */
const mostParameters = 1_000;

const refuseMany = (): never => {
  throw new Failure({
    code: 'invalid_request',
    message: `the request has more than ${mostParameters} parameters`,
  });
};

/** Shorter ones can't hold so many. */
export const boundQuery = (url: string): void => {
  if (url.length > mostParameters && url.split('&', mostParameters + 1).length > mostParameters) refuseMany();
};

const ampersand = 0x26;

const refuseManyIn = (body: Buffer): void => {
  if (body.length < mostParameters) return;
  let parameters = 1;
  for (const byte of body) if (byte === ampersand) parameters += 1;
  if (parameters > mostParameters) refuseMany();
};

/**
 * A body is read here, as far as it may go, and the engine finds it read: so one that doesn't tell its length is refused
 * like one that does, as is one that could hold more parameters than the engine looks at.
 */
export const boundBody = async (request: IncomingMessage, allowed: number): Promise<void> => {
  if (request.method !== 'POST' || !announcesBody(request)) return;
  const body = await readWhole(request, Math.min(allowed, readByEngine));
  refuseManyIn(body);
  Object.defineProperties(request, {
    readable: { value: true },
    iterator: { value: () => [body] },
  });
};
