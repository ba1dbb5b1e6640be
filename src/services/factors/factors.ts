import { randomBytes } from 'node:crypto';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import { Draft } from '../../store/draft.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock, Store } from '../../store/port.ts';
import { type Account, type Accounts, factorsKey } from '../accounts/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import type { NoticeKind, Notices } from '../notices/index.ts';
import { toBase32 } from './base32.ts';
import { type Change, createChangeFactors, type WhileSignedIn } from './change.ts';
import type { AccountFactors, By, CodeVerdict, EnrolVerdict, Factors, NewAuthenticator } from './factor.ts';
import { keyUri } from './key-uri.ts';
import { openPending, sealPending } from './pending.ts';
import { type AuthenticatorRecord, type FactorsRecord, noFactors, readFactors } from './record.ts';
import { formerHashOfRecoveryCode, hashOfRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { findStep } from './totp.ts';

interface Dependencies {
  readonly config: {
    readonly pages: Pick<Config['pages'], 'name'>;
    readonly security: Pick<Config['security'], 'factors'>;
  };
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly cipher: SecretCipher;
  readonly accounts: Pick<Accounts, 'changeFactors'>;
  /** Without it, no message is sent. */
  readonly notices?: Notices;
}

interface Changer extends WhileSignedIn {
  readonly account: Account;
  readonly by: By | undefined;
}

/** One person has a phone, perhaps a tablet, and the phone before. */
const maxAuthenticators = 5;
/** RFC 4226 §4: the length that it recommends. */
const secretBytes = 20;

const secretContext = (account: string, id: string): string => `authenticator ${account} ${id}`;

const summaryOf = ({ authenticators, recovery, forgottenAt }: FactorsRecord): AccountFactors => ({
  authenticators: authenticators.map(({ id, createdAt, lastUsedAt }) => ({
    id,
    createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  })),
  ...(recovery && { recovery: { createdAt: recovery.createdAt, left: recovery.codes.length } }),
  ...(forgottenAt !== undefined && { forgottenAt }),
});

const withoutRecovery = ({ recovery: _, ...factors }: FactorsRecord): FactorsRecord => factors;

export const createFactors = ({
  config,
  store,
  clock,
  events,
  cipher,
  accounts,
  notices,
}: Dependencies): Factors => {
  const changeFactors = createChangeFactors({ store, accounts });
  const { offered } = config.security.factors;
  const hasRecoveryCodes = offered.includes('recovery_codes');

  const emit = (type: string, { id }: Account, factor: string, { request: _, ...by }: By = {}): void =>
    events.emit({ type, outcome: 'ok', account: id, ...by, details: { factor } });

  /** Applies a change, and commits a message about it together with what it writes. */
  const changeWithNotice = <T>(
    kind: NoticeKind,
    { account, by, ...whileSignedIn }: Changer,
    change: (factors: FactorsRecord) => Change<T>,
  ): Promise<T> => {
    const notice = notices?.draft(kind, { account: account.id, ...by?.request });
    return Draft.commitWith((writesOf) =>
      changeFactors(
        account,
        (factors) => {
          const changed = change(factors);
          return changed.next
            ? { ...changed, also: [...(changed.also ?? []), ...writesOf(notice)] }
            : changed;
        },
        whileSignedIn,
      ),
    );
  };

  const secretOf = (account: Account, { id, secret }: AuthenticatorRecord): Buffer =>
    Buffer.from(cipher.decrypt(secret, secretContext(account.id, id)), 'base64url');

  const describe = (account: Account, place: string, secret: Buffer): NewAuthenticator => ({
    pending: sealPending(cipher, { account: account.id, place, secret, at: clock.now() }),
    secret: (toBase32(secret).match(/.{1,4}/g) ?? []).join(' '),
    uri: keyUri(secret, { issuer: config.pages.name, account: account.username }),
  });

  const open = (account: Account, place: string, pending: string): Buffer | undefined =>
    openPending(cipher, { account: account.id, place, pending, now: clock.now() });

  const newRecovery = (account: Account, codes: readonly string[]) => ({
    createdAt: clock.now(),
    codes: codes.map((code) => hashOfRecoveryCode(cipher, account.id, code)),
  });

  const remove = async (
    account: Account,
    isRemoved: (authenticator: AuthenticatorRecord, all: readonly AuthenticatorRecord[]) => boolean,
    by?: By,
  ): Promise<number> => {
    // An operator isn't signed in to the account.
    const whileSignedIn = by?.request !== undefined;
    const removed = await changeWithNotice('factor-removed', { account, by, whileSignedIn }, (factors) => {
      const authenticators = factors.authenticators.filter((one) => !isRemoved(one, factors.authenticators));
      const result = factors.authenticators.length - authenticators.length;
      const kept = authenticators.length === 0 ? withoutRecovery(factors) : factors;
      if (result === 0) return { result };
      return { result, next: { ...kept, authenticators }, endsPendingSignIns: true };
    });
    if (removed > 0) emit('account.factor_removed', account, 'authenticator', by);
    return removed;
  };

  /** Removes the recovery codes, if they were made at `since` or later. */
  const removeRecovery = async (account: Account, since: number, by?: By): Promise<boolean> => {
    const isRemoved = await changeWithNotice('factor-removed', { account, by }, (factors) =>
      factors.recovery && factors.recovery.createdAt >= since
        ? { result: true, next: withoutRecovery(factors), endsPendingSignIns: true }
        : { result: false },
    );
    if (isRemoved) emit('account.factor_removed', account, 'recovery', by);
    return isRemoved;
  };

  return {
    isOffered: offered.includes('authenticator'),

    async of({ id, from, factors }) {
      if (from === 'store' && factors === undefined) return summaryOf(noFactors);
      const [document] = await store.read([factorsKey(id)]);
      return summaryOf(readFactors(document));
    },

    async forgottenAt({ id }) {
      const [document] = await store.read([factorsKey(id)]);
      return readFactors(document).forgottenAt;
    },

    begin: (account, place) => describe(account, place, randomBytes(secretBytes)),

    resume(account, place, pending) {
      const secret = open(account, place, pending);
      return secret && { ...describe(account, place, secret), pending };
    },

    problemOfNew(account, { place, pending, code }) {
      const secret = open(account, place, pending);
      if (!secret) return 'expired';
      return findStep(secret, code, clock.now()) === undefined ? 'wrong' : undefined;
    },

    async enrol(account, { place, pending, code, by, isPending, replace = false, also = [] }) {
      const secret = open(account, place, pending);
      if (!secret) return { outcome: 'expired' };
      const step = findStep(secret, code, clock.now());
      if (step === undefined) return { outcome: 'wrong' };
      const verdict = await changeWithNotice(
        'factor-added',
        // Who recovers the account isn't signed in, and may have set a password just before.
        { account, by, whileSignedIn: !replace, ...(isPending && { isPending }) },
        (factors): Change<EnrolVerdict> => {
          const others = replace ? [] : factors.authenticators;
          // The form was sent twice, as by a double click.
          const isKnown = factors.authenticators.some((one) => secretOf(account, one).equals(secret));
          if (isKnown) return { result: { outcome: 'repeated' } };
          if (others.length >= maxAuthenticators) return { result: { outcome: 'tooMany' } };
          const id = newId(9);
          const encrypted = cipher.encrypt(secret.toString('base64url'), secretContext(account.id, id));
          const now = clock.now();
          const added: AuthenticatorRecord = { id, secret: encrypted, createdAt: now, lastStep: step };
          const keepsCodes = others.length > 0 && factors.recovery !== undefined;
          const codes = hasRecoveryCodes && !keepsCodes ? newRecoveryCodes() : undefined;
          return {
            result: { outcome: 'added', ...(codes && { recoveryCodes: codes }) },
            next: {
              ...(keepsCodes ? factors : withoutRecovery(factors)),
              authenticators: [...others, added],
              ...(codes && { recovery: newRecovery(account, codes) }),
              ...(replace && { forgottenAt: now }),
            },
            voidsFormerAddresses: replace,
            also,
          };
        },
      );
      if (verdict.outcome === 'added') emit('account.factor_added', account, 'authenticator', by);
      return verdict;
    },

    useCode: (account, typed) =>
      changeFactors(account, (factors): Change<CodeVerdict> => {
        let isReused = false;
        for (const authenticator of factors.authenticators) {
          const step = findStep(secretOf(account, authenticator), typed, clock.now());
          if (step === undefined) continue;
          if (step <= authenticator.lastStep) {
            isReused = true;
            continue;
          }
          const used = { ...authenticator, lastStep: step, lastUsedAt: clock.now() };
          const authenticators = factors.authenticators.map((one) => (one === authenticator ? used : one));
          return { result: 'right', next: { ...factors, authenticators } };
        }
        return { result: isReused ? 'reused' : 'wrong' };
      }),

    async useRecoveryCode(account, typed, by) {
      const hashes = [
        hashOfRecoveryCode(cipher, account.id, typed),
        formerHashOfRecoveryCode(account.id, typed),
      ];
      const verdict = await changeWithNotice(
        'recovery-code-used',
        { account, by },
        (factors): Change<'right' | 'wrong'> => {
          const { recovery } = factors;
          if (!recovery?.codes.some((code) => hashes.includes(code))) return { result: 'wrong' };
          const codes = recovery.codes.filter((code) => !hashes.includes(code));
          return { result: 'right', next: { ...factors, recovery: { ...recovery, codes } } };
        },
      );
      if (verdict === 'right') emit('account.recovery_code_used', account, 'recovery', by);
      return verdict;
    },

    async renewRecoveryCodes(account, by) {
      if (!hasRecoveryCodes) return undefined;
      const codes = newRecoveryCodes();
      const isDone = await changeWithNotice(
        'recovery-codes-made',
        { account, by, whileSignedIn: true },
        (factors) =>
          factors.authenticators.length === 0
            ? { result: false }
            : {
                result: true,
                next: { ...factors, recovery: newRecovery(account, codes) },
                // One of them may have been made by a code that is void by now.
                endsPendingSignIns: true,
              },
      );
      if (!isDone) return undefined;
      emit('account.recovery_codes_made', account, 'recovery', by);
      return codes;
    },

    removeAuthenticator: async (account, id, by) => (await remove(account, (one) => one.id === id, by)) > 0,

    async removeSince(account, since, by) {
      const isOlder = ({ createdAt }: AuthenticatorRecord): boolean => createdAt < since;
      const hadApp = (account.factorAddedAt ?? since) < since;
      const removed = await remove(
        account,
        (one, all) => !isOlder(one) && (!hadApp || all.some(isOlder)),
        by,
      );
      await removeRecovery(account, since, by);
      return removed;
    },

    removeAll: (account, by) => remove(account, () => true, by),

    removeRecoveryCodes: (account, by) => removeRecovery(account, 0, by),

    noteAsked: (account) =>
      changeFactors(account, (factors) => {
        if (factors.askedAt !== undefined) return { result: factors.askedAt };
        const askedAt = clock.now();
        return { result: askedAt, next: { ...factors, askedAt } };
      }),
  };
};
