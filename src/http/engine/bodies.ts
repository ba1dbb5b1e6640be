import type { IncomingMessage } from 'node:http';
import { Failure } from '../../errors.ts';
import { tooLarge } from '../bodies.ts';

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

const refuseManyIn = (chunks: readonly Buffer[]): void => {
  let parameters = 1;
  for (const chunk of chunks) for (const byte of chunk) if (byte === ampersand) parameters += 1;
  if (parameters > mostParameters) refuseMany();
};

/**
 * A body that doesn't tell its length is read here, as far as it may go, and the engine finds it read: so it is refused
 * like one that does tell. As is one that could hold more parameters than the engine looks at.
 */
export const boundBody = async (request: IncomingMessage, allowed: number): Promise<void> => {
  const most = Math.min(allowed, readByEngine);
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > most) throw tooLarge(most);
  if (length < mostParameters && request.headers['transfer-encoding'] === undefined) return;
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      received += chunk.length;
      if (received > most) throw tooLarge(most);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure({ code: 'invalid_request', message: 'the request body broke off' });
  }
  refuseManyIn(chunks);
  Object.defineProperties(request, {
    readable: { value: true },
    iterator: { value: () => chunks },
  });
};
