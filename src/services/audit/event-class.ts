import type { SecurityEvent } from '../../events.ts';

/**
 * Who can cause an event how often, and so how many records of it are kept.
 *
 * - `operator`: a change by an operator, or an event of the server itself. Each one is recorded.
 * - `credential`: a change of what an account signs in with.
 * - `sign-in`: a sign-in, or a wrong password or code. The throttle bounds those of an account.
 * - `stranger`: anyone can repeat it, and may choose the account that it names.
 * - `caller`: an account or client can repeat it without limit.
 */
export type EventClass = 'operator' | 'credential' | 'sign-in' | 'stranger' | 'caller';

const operatorPrefixes = ['admin.', 'audit.', 'group.', 'key.', 'records.', 'store.', 'upstream.'];
const operatorTypes: ReadonlySet<string> = new Set([
  'account.exported',
  'account.imported',
  'account.invitation_revoked',
  'account.invited',
  'account.recovery_link_made',
  'client.added',
  'client.secret_added',
  'client.secret_removed',
  'client.started',
  'client.stopped',
]);

const credentialTypes: ReadonlySet<string> = new Set([
  'account.added',
  'account.address_confirmed',
  'account.deleted',
  'account.disabled',
  'account.enabled',
  'account.factor_added',
  'account.factor_removed',
  'account.invitation_accepted',
  'account.password_changed',
  'account.password_removed',
  'account.recovered',
  'account.recovery_code_used',
  'account.recovery_codes_made',
  'account.removed',
  'account.reported',
  'account.signed_out',
  'account.upstream_linked',
  'account.upstream_unlinked',
  'passkey.added',
  'passkey.removed',
  'password_reset.completed',
]);

/** Successes that need neither an account nor the secret of a client. */
const successesOfStrangers: ReadonlySet<string> = new Set(['logout', 'pushed-request.accepted']);

/** Their refusals name an account that the caller chose. */
const typesThatNameAnyone: ReadonlySet<string> = new Set([
  'ciba.refused',
  'password_reset.requested',
  'second-factor',
  'sign-in',
  'sign-in.code_requested',
  'sign-up',
]);

/** The throttle has counted such an attempt for the account before the secret was checked. */
const wrongSecrets: ReadonlySet<string> = new Set([
  'account_disabled',
  'reused_code',
  'too_many_codes',
  'wrong_code',
  'wrong_password',
  'wrong_recovery_code',
]);

const isOfOperator = (type: string): boolean =>
  type !== 'upstream.logout' &&
  (operatorTypes.has(type) || operatorPrefixes.some((prefix) => type.startsWith(prefix)));

const isSignIn = ({ type, outcome, reason = '' }: SecurityEvent): boolean =>
  (type === 'sign-in' || type === 'second-factor') && (outcome === 'ok' || wrongSecrets.has(reason));

const isOfStranger = ({ type, outcome, account, address }: SecurityEvent): boolean => {
  if (account !== undefined) return outcome !== 'ok' && typesThatNameAnyone.has(type);
  return address !== undefined && (outcome !== 'ok' || successesOfStrangers.has(type));
};

export const classOf = (event: SecurityEvent): EventClass => {
  const { type, account } = event;
  if (isOfOperator(type)) return 'operator';
  if (credentialTypes.has(type)) return 'credential';
  if (account !== undefined && isSignIn(event)) return 'sign-in';
  return isOfStranger(event) ? 'stranger' : 'caller';
};

/** Who can repeat it: the account, otherwise the client. What names neither is counted by its type. */
export const callerOf = ({ account, client, type }: SecurityEvent): string =>
  account ?? client ?? `type ${type}`;
