import type { Events, SecurityEvent } from '../../events.ts';
import type { Visit } from '../../http/interactions/step.ts';

const describeVisit = ({
  client,
  request,
}: Visit): Pick<SecurityEvent, 'client' | 'address' | 'correlation'> => ({
  client: client.clientId,
  address: request.ip,
  correlation: request.id,
});

export const emitSignIn = (events: Events, visit: Visit, account: string): void =>
  visit.work.afterCommit(() =>
    events.emit({ type: 'sign-in', outcome: 'ok', account, ...describeVisit(visit) }),
  );

/** A refused attempt counts whether or not the request commits. */
export const emitSignInRefused = (
  events: Events,
  visit: Visit,
  refusal: { readonly reason: string; readonly account?: string },
): void => events.emit({ type: 'sign-in', outcome: 'refused', ...refusal, ...describeVisit(visit) });
