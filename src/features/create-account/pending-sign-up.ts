import { createHash } from 'node:crypto';
import type { Claims } from '../../services/accounts/index.ts';
import type { Key, Put, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

/** A form that was sent, while its address isn't verified. One for each interaction, so it belongs to one browser. */
export interface PendingSignUp {
  /** The code is derived from it. */
  readonly codeId: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
  /** The claims of `profile.fields`. A version before this one has none. */
  readonly profile?: Claims;
  /** When the code was sent, in milliseconds since the epoch. */
  readonly sentAt: number;
  /** False beyond the limit of the address. No message has this code, so it is only ever guessed. */
  readonly isSent?: boolean;
}

const format = record<PendingSignUp>('pendingSignUp');
const lifetimeMs = 30 * 60_000;

export const pendingKey = (uid: string): Key => ({
  kind: kinds.pendingSignUp,
  family: createHash('sha256').update(uid).digest('base64url'),
  id: '',
});

export const putPending = (uid: string, pending: PendingSignUp): Put => ({
  op: 'put',
  key: pendingKey(uid),
  body: format.encode(pending),
  expiresAt: pending.sentAt + lifetimeMs,
});

/** `isDone`: the account was created. */
export const findPending = async (
  store: Pick<Store, 'read'>,
  uid: string,
): Promise<{ readonly pending: PendingSignUp; readonly isDone: boolean } | undefined> => {
  const [document] = await store.read([pendingKey(uid)]);
  return document && { pending: format.decode(document.body), isDone: document.consumption !== undefined };
};
