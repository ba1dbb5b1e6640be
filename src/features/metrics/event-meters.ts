import type { Registry } from '@prometheus-io/client';
import { endpointDetail, type SecurityEvent } from '../../events.ts';
import { counting, knownOrOther } from './labels.ts';

type Library = typeof import('@prometheus-io/client');

const knownEndpoints = new Set(['engine', 'json', 'pages']);

/** Reasons are codes of Postern and of RFCs. The limit applies in case one is ever made of anything else. */
const maxReasons = 200;
const reasonPattern = /^[a-z][a-z0-9_.-]{0,63}$/;

/** Counts events, and token requests by grant type. An unknown `grant_type` comes from the caller, so it is no label. */
export const createEventMeters = (
  { Counter }: Library,
  register: Registry,
  grantTypes: readonly { readonly name: string }[],
): ((event: SecurityEvent) => void) => {
  const registers = [register];
  const knownGrants = new Set(grantTypes.map(({ name }) => name));
  const exchanges = counting(
    new Counter({
      name: 'postern_exchanges_total',
      help: 'Token requests by grant and how they ended; the reason is empty when tokens were issued.',
      labelNames: ['grant', endpointDetail, 'outcome', 'reason'],
      registers,
    }),
  );
  const events = counting(
    new Counter({
      name: 'postern_events_total',
      help: 'Security events, as in the audit record.',
      labelNames: ['type', 'outcome', 'reason'],
      registers,
    }),
  );

  const reasons = new Set<string>();
  const reasonOf = ({ reason = '' }: SecurityEvent): string => {
    if (reason === '' || reasons.has(reason)) return reason;
    if (reasons.size >= maxReasons || !reasonPattern.test(reason)) return 'other';
    reasons.add(reason);
    return reason;
  };

  return (event) => {
    const { type, outcome, details } = event;
    const reason = reasonOf(event);
    events(type, outcome, reason).inc();
    if (type !== 'token.issued' && type !== 'token.refused') return;
    exchanges(
      knownOrOther(knownGrants, details?.['grant_type']),
      knownOrOther(knownEndpoints, details?.[endpointDetail]),
      outcome,
      reason,
    ).inc();
  };
};
