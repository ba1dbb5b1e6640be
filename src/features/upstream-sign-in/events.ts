import type { Events, SecurityEvent } from '../../events.ts';
import type { Visit } from '../../http/interactions/step.ts';
import { describeRequest } from '../../services/notices/index.ts';

const describeVisit = ({
  client,
  request,
}: Visit): Pick<SecurityEvent, 'client' | 'address' | 'correlation'> => ({
  client: client.clientId,
  address: request.ip,
  correlation: request.id,
});

/** Describes the request of the person who links, for `Linking`. */
export const describeLinker = ({ request, client, page }: Visit) => ({
  client: client.clientId,
  address: request.ip,
  correlation: request.id,
  notice: describeRequest(request, page.messages.tag),
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
