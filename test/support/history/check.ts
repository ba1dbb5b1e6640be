import type { Event } from './log.ts';
import type { FamilyState, FinalState } from './state.ts';

/** True if the event may have taken effect, as far as the worker knows. `unavailable` excludes it: the port promises that nothing is left behind. */
const mayHaveCommitted = (event: Event): boolean => event.outcome === 'ok' || event.outcome === 'lost';

const groupBy = <T>(items: readonly T[], name: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(name(item), [...(groups.get(name(item)) ?? []), item]);
  return groups;
};

/** A document that is consumed once: the code, or one refresh token. `consumedBy` and `producedBy` are the marks found at the end. */
interface Consumption {
  readonly what: string;
  readonly attempts: readonly Event[];
  readonly present: boolean;
  readonly consumedBy: number | undefined;
  /** The mark of what the winner wrote in the same commit. */
  readonly producedBy: number | undefined;
  readonly revoked: boolean;
}

const checkConsumption = (consumption: Consumption): string[] => {
  const { what, attempts, present, consumedBy, producedBy, revoked } = consumption;
  const faults: string[] = [];
  const won = attempts.filter((event) => event.outcome === 'ok');
  if (won.length > 1) faults.push(`${what} was won ${won.length} times`);
  if (consumedBy !== producedBy)
    faults.push(`${what} was consumed by ${consumedBy}, but its product is of ${producedBy}`);
  if (consumedBy !== undefined) {
    const winner = attempts.find((event) => event.mark === consumedBy);
    if (!winner) faults.push(`${what} was consumed by an unknown attempt`);
    else if (!mayHaveCommitted(winner))
      faults.push(`${what} was consumed by an attempt that ended as ${winner.outcome}`);
  }
  if (!revoked && won[0] && won[0].mark !== consumedBy) faults.push(`${what} forgot its winner`);
  if (revoked && (present || producedBy !== undefined)) faults.push(`${what} outlived its revocation`);
  for (const event of attempts)
    if (
      event.outcome === 'consumed' &&
      !attempts.some((other) => mayHaveCommitted(other) && other.from < event.until)
    )
      faults.push(`${what} was refused as consumed before any attempt could have consumed it`);
  return faults;
};

/** Checks that refusals and reads are consistent with the operations of others at that time. */
const checkOrder = (family: string, events: readonly Event[]): string[] => {
  const faults: string[] = [];
  const issuedAt = Math.min(
    ...events.flatMap((event) => (event.action === 'issue' && event.outcome === 'ok' ? [event.until] : [])),
  );
  const issuing = events.filter((event) => event.action === 'issue' && mayHaveCommitted(event));
  const revoking = events.filter((event) => event.action === 'revoke' && mayHaveCommitted(event));
  const revokedAt = Math.min(...revoking.flatMap((event) => (event.outcome === 'ok' ? [event.until] : [])));
  for (const event of events) {
    const { action, outcome, from, until } = event;
    const consumes = action === 'redeem' || action === 'refresh';
    const missing =
      (action === 'look' && event.found === false && outcome === 'ok') ||
      (action === 'redeem' && outcome === 'absent');
    const present = (action === 'look' && event.found === true) || (consumes && outcome === 'ok');
    if (missing && issuedAt < from && !revoking.some((other) => other.from < until))
      faults.push(`${family}: ${action} missed a code that had been issued`);
    if (present && revokedAt < from && !issuing.some((other) => other.until > revokedAt))
      faults.push(`${family}: ${action} found what had been revoked`);
    if (present && !issuing.some((other) => other.from < until))
      faults.push(`${family}: ${action} found a code that was never issued`);
  }
  return faults;
};

const checkFamily = (name: string, events: readonly Event[], state: FamilyState): string[] => {
  const of = (action: string): Event[] => events.filter((event) => event.action === action);
  const faults = checkOrder(name, events);
  const issues = of('issue').filter((event) => event.outcome === 'ok');
  if (issues.length > 1) faults.push(`${name} was issued twice`);
  if (issues.length === 1 && !state.issued) faults.push(`${name}: an acknowledged issue was lost`);
  if (state.issued && !state.revoked && !state.code) faults.push(`${name}: the code is not there`);
  const revocations = of('revoke');
  if (revocations.some((event) => event.outcome === 'ok') && !state.revoked)
    faults.push(`${name}: an acknowledged revocation was lost`);
  // A revocation before the issue removes nothing.
  const reissued = state.revoked && state.code;
  const revoked = state.revoked && !reissued;
  faults.push(
    ...checkConsumption({
      what: `${name} code`,
      attempts: of('redeem'),
      present: state.code,
      consumedBy: state.codeConsumedBy,
      producedBy: state.token,
      revoked,
    }),
  );
  for (const [turn, token] of state.refresh.entries())
    faults.push(
      ...checkConsumption({
        what: `${name} refresh token ${turn}`,
        attempts: of('refresh').filter((event) => event.turn === turn),
        present: token !== undefined,
        consumedBy: token?.consumedBy,
        producedBy: state.refresh[turn + 1]?.by,
        revoked,
      }),
    );
  if (state.refresh[0]?.by !== state.token)
    faults.push(`${name}: access and refresh token are of two redemptions`);
  return faults;
};

/** Returns everything in the history and the final state that contradicts single use and atomic commits. */
export const checkHistory = (events: readonly Event[], state: FinalState): string[] => {
  const faults: string[] = [];
  const aboutFamilies = events.filter((event) => event.action !== 'merge');
  for (const [name, family] of groupBy(aboutFamilies, (event) => event.about)) {
    const found = state.families.get(name);
    if (found) faults.push(...checkFamily(name, family, found));
    else faults.push(`${name} was not checked`);
  }
  const consumers = new Set([...state.families.values()].map((family) => family.codeConsumedBy));
  for (const event of events.filter((one) => one.action === 'redeem')) {
    const login = state.logins.has(event.mark);
    if ((event.outcome === 'ok' || consumers.has(event.mark)) && !login)
      faults.push(`${event.about}: a committed redemption has no login in its other family`);
    if (!mayHaveCommitted(event) && login)
      faults.push(`${event.about}: a refused redemption left a login behind`);
  }
  for (const event of events.filter((one) => one.action === 'merge')) {
    const kept = state.merged.get(event.about)?.has(event.mark) ?? false;
    if (event.outcome === 'ok' && !kept) faults.push(`${event.about}: an acknowledged merge was lost`);
    if (!mayHaveCommitted(event) && kept) faults.push(`${event.about}: a refused merge is there`);
  }
  const tokens = [...state.families.values()].flatMap(({ token }) => (token === undefined ? [] : [token]));
  const listed = new Set(state.listedTokens);
  const missing = tokens.filter((mark) => !listed.has(mark));
  const unknown = state.listedTokens.filter((mark) => !tokens.includes(mark));
  if (missing.length > 0) faults.push(`the index of tokens lacks ${missing.join(', ')}`);
  if (unknown.length > 0) faults.push(`the index of tokens has ${unknown.join(', ')}, which are unknown`);
  if (listed.size < state.listedTokens.length) faults.push('the index of tokens names one twice');
  return faults;
};
