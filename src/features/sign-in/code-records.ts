import { createHash } from 'node:crypto';
import type { Insert, Key, Put, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

/** A code that was asked for in a sign-in. One for each interaction, so it belongs to one browser. */
export interface PendingCode {
  /** The code is derived from it. */
  readonly codeId: string;
  /** What the person typed: a user name or an address. */
  readonly login: string;
  readonly remember: boolean;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly sentAt: number;
}

/** A message with a code that was written for an account. Without it the code opens nothing, however it was guessed. */
interface SentCode {
  readonly account: string;
  readonly email: string;
}

const pendingFormat = record<PendingCode>('signInCodeRequest');
const sentFormat = record<SentCode>('signInCode');
/** Longer than the code works, so that a late one is answered as such. */
const lifetimeMs = 30 * 60_000;

const pendingKey = (uid: string): Key => ({
  kind: kinds.signInCodeRequest,
  family: createHash('sha256').update(uid).digest('base64url'),
  id: '',
});

export const putPendingCode = (uid: string, pending: PendingCode): Put => ({
  op: 'put',
  key: pendingKey(uid),
  body: pendingFormat.encode(pending),
  expiresAt: pending.sentAt + lifetimeMs,
});

export const findPendingCode = async (
  store: Pick<Store, 'read'>,
  uid: string,
): Promise<PendingCode | undefined> => {
  const [document] = await store.read([pendingKey(uid)]);
  return document && pendingFormat.decode(document.body);
};

export const sentCodeKey = (codeId: string): Key => ({ kind: kinds.signInCode, family: codeId, id: '' });

export const insertSentCode = (codeId: string, sent: SentCode, now: number): Insert => ({
  op: 'insert',
  key: sentCodeKey(codeId),
  body: sentFormat.encode(sent),
  expiresAt: now + lifetimeMs,
});

/** Whether the message was written before, as for one that is sent again. */
export const wasCodeSent = async (store: Pick<Store, 'read'>, codeId: string): Promise<boolean> =>
  (await store.read([sentCodeKey(codeId)]))[0] !== undefined;

/** Undefined for a code that wasn't sent. */
export const findSentCode = async (
  store: Pick<Store, 'read'>,
  codeId: string,
): Promise<(SentCode & { readonly isUsed: boolean }) | undefined> => {
  const [document] = await store.read([sentCodeKey(codeId)]);
  return document && { ...sentFormat.decode(document.body), isUsed: document.consumption !== undefined };
};
