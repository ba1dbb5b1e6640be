import { endpointDetail, type SecurityEvent } from '../../events.ts';
import { networkOf } from '../throttle/index.ts';
import { callerOf } from './event-class.ts';

export interface Grouping {
  /** What the events of a group have in common, from the most exact description to the one with the fewest values. */
  readonly levelsOf: (event: SecurityEvent) => readonly SecurityEvent[];
  /** Whose groups are limited in number. */
  readonly callerOf?: (event: SecurityEvent) => string;
}

/** Details with few possible values. All others belong to a single request. */
const keptDetails = [endpointDetail, 'endpoint', 'route'] as const;
/** A caller has proved who it is, so it can't make up many values of these. */
const keptDetailsOfCallers = [...keptDetails, 'grant_type', 'kind', 'factor', 'upstream'] as const;

const pickDetails = (
  { details }: SecurityEvent,
  names: readonly string[],
): Pick<SecurityEvent, 'details'> | undefined => {
  const kept = names.flatMap((name) => {
    const value = details?.[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return kept.length > 0 ? { details: Object.fromEntries(kept) } : undefined;
};

/** Types and reasons are codes of Postern, so there are few pairs of them. */
const typeAndReason = ({ type, outcome, reason }: SecurityEvent): SecurityEvent => ({
  type,
  outcome,
  ...(reason !== undefined && { reason }),
});

const namesIn = ({ client, account }: SecurityEvent): Pick<SecurityEvent, 'client' | 'account'> => ({
  ...(client !== undefined && { client }),
  ...(account !== undefined && { account }),
});

/** A stranger may send the name of any client, so each network has groups of its own. */
export const groupingOfStrangers: Grouping = {
  levelsOf: (event) => [
    {
      ...typeAndReason(event),
      ...namesIn(event),
      ...(event.address !== undefined && { address: networkOf(event.address) }),
      ...pickDetails(event, keptDetails),
    },
    typeAndReason(event),
  ],
};

/** An account or client may change its address at will, so its groups don't go by that. */
export const groupingOfCallers: Grouping = {
  callerOf,
  levelsOf: (event) => {
    const { account, ...others } = event;
    return [
      { ...typeAndReason(event), ...namesIn(event), ...pickDetails(event, keptDetailsOfCallers) },
      { ...typeAndReason(event), ...(account === undefined ? namesIn(others) : { account }) },
      typeAndReason(event),
    ];
  },
};
