import type { FastifyRequest } from 'fastify';
import type { Events } from '../../events.ts';
import { describeFailure, type UpstreamFailure } from './failure.ts';

interface Failed {
  readonly upstream: { readonly id: string };
  readonly failure: UpstreamFailure;
  /** The client of the sign-in. */
  readonly client?: string | undefined;
}

/** Logs and records what the upstream said, with the id of the request that people see on their page. */
export const reportFailure = (
  events: Pick<Events, 'emit'>,
  request: Pick<FastifyRequest, 'id' | 'ip' | 'log'>,
  { upstream: { id: upstream }, failure, client }: Failed,
): void => {
  const { problem, error, detail } = failure;
  request.log.warn({ upstream, failure: describeFailure(failure) }, 'an upstream failed');
  events.emit({
    type: 'sign-in',
    outcome: problem === 'unavailable' ? 'failed' : 'refused',
    reason: `upstream_${problem}`,
    ...(client !== undefined && { client }),
    address: request.ip,
    correlation: request.id,
    details: {
      upstream,
      ...(error !== undefined && { error }),
      ...(detail !== undefined && { detail }),
    },
  });
};
