import type { IncomingMessage } from 'node:http';
import { Failure } from '../../errors.ts';
import { tooLarge } from '../bodies.ts';

/** What the engine reads at most; anything longer it would call malformed. */
const readByEngine = 57_344;

/**
 * A body that doesn't tell its length is read here, as far as it may go, and the engine finds it read: so it is refused
 * like one that does tell.
 */
export const boundBody = async (request: IncomingMessage, allowed: number): Promise<void> => {
  const most = Math.min(allowed, readByEngine);
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge(most);
  if (request.headers['transfer-encoding'] === undefined) return;
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
  Object.defineProperties(request, {
    readable: { value: true },
    iterator: { value: () => chunks },
  });
};
