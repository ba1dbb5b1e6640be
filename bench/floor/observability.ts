import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { loadConfig } from '#config';
import { createEvents, type SecurityEvent } from '#src/events.ts';
import { createLogger } from '#src/logger.ts';
import { openStore } from '#src/open-store.ts';
import { createAudit } from '#src/services/audit/index.ts';
import { createSecretCipher } from '#src/services/keys/secret-cipher.ts';

/**
 * Writes what Postern writes about a request, by the same code: one log line for each, and one audit record for each
 * event. The records go to a store of the same kind as the floor's own.
 */
export const observe = async (
  server: FastifyInstance,
  storeUrl: string,
): Promise<(event: SecurityEvent) => void> => {
  const { config } = loadConfig({
    env: { POSTERN_STORE__URL: storeUrl, POSTERN_LOG__FORMAT: 'json' },
    cwd: process.cwd(),
  });
  const onError = (error: unknown): void => {
    throw error;
  };
  const events = createEvents(onError);
  const cipher = createSecretCipher(randomBytes(32));
  const store = await openStore(config, Date);
  await createAudit({ store, config, clock: Date, events, cipher: () => cipher, onError }).start();

  const requestLog = createLogger(config).child({}, { redact: [] });
  server.addHook('onResponse', (request, reply, done) => {
    requestLog.info(
      {
        correlation: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
      },
      'request',
    );
    done();
  });
  return (event) => events.emit(event);
};
