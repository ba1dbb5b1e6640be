import type { Events, SecurityEvent } from '../../events.ts';
import type { Visit } from '../../http/interactions/step.ts';
import type { UpstreamFailure } from '../../services/upstreams/index.ts';

const describeVisit = ({
  client,
  request,
}: Visit): Pick<SecurityEvent, 'client' | 'address' | 'correlation'> => ({
  client: client.clientId,
  address: request.ip,
  correlation: request.id,
});

interface Refusal {
  readonly upstream: string;
  readonly reason: string;
  readonly account?: string;
}

export const emitSignIn = (events: Events, visit: Visit, account: string, upstream: string): void =>
  visit.work.afterCommit(() =>
    events.emit({
      type: 'sign-in',
      outcome: 'ok',
      account,
      ...describeVisit(visit),
      details: { upstream },
    }),
  );

export const emitRefused = (events: Events, visit: Visit, { upstream, ...refusal }: Refusal): void =>
  events.emit({
    type: 'sign-in',
    outcome: 'refused',
    ...refusal,
    ...describeVisit(visit),
    details: { upstream },
  });

type Request = Pick<SecurityEvent, 'client' | 'address' | 'correlation'>;

/** What the upstream said, with the id of the request that people see on their page. */
export const emitFailure = (
  events: Events,
  request: Request,
  upstream: string,
  { problem, error, detail }: UpstreamFailure,
): void =>
  events.emit({
    type: 'sign-in',
    outcome: problem === 'unavailable' ? 'failed' : 'refused',
    reason: `upstream_${problem}`,
    ...request,
    details: {
      upstream,
      ...(error !== undefined && { error }),
      ...(detail !== undefined && { detail }),
    },
  });

export const requestOf = describeVisit;
