import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';

export type Session = InstanceType<Provider['Session']>;

/** The engine's session of this browser, outside the engine's routes. */
export const loadSession = (
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Session> => provider.Session.get(provider.createContext(request.raw, reply.raw));
