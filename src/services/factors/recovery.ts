import type { Clock } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import type { Change } from './change.ts';
import type { By, Factors } from './factor.ts';
import type { OwnerChanges } from './owner-changes.ts';
import { type RecoveryRecord, withoutRecovery } from './record.ts';
import { formerHashOfRecoveryCode, hashOfRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';

interface Dependencies {
  readonly clock: Clock;
  readonly cipher: SecretCipher;
  readonly changes: OwnerChanges;
  /** Without them, no codes are made; codes of before can be used. */
  readonly isOffered: boolean;
}

export interface Recovery extends Pick<Factors, 'useRecoveryCode' | 'renewRecoveryCodes'> {
  /** New codes, which are shown once, and what is kept of them. Undefined where the operator offers none. */
  create(
    account: Account,
  ): { readonly codes: readonly string[]; readonly record: RecoveryRecord } | undefined;
  /** Removes the recovery codes, if they were made at `since` or later. */
  remove(account: Account, since: number, by?: By): Promise<boolean>;
}

export const createRecovery = ({ clock, cipher, changes, isOffered }: Dependencies): Recovery => {
  const create: Recovery['create'] = (account) => {
    if (!isOffered) return undefined;
    const codes = newRecoveryCodes();
    const hashes = codes.map((code) => hashOfRecoveryCode(cipher, account.id, code));
    return { codes, record: { createdAt: clock.now(), codes: hashes } };
  };

  return {
    create,

    async useRecoveryCode(account, typed, by) {
      const hashes = [
        hashOfRecoveryCode(cipher, account.id, typed),
        formerHashOfRecoveryCode(account.id, typed),
      ];
      const verdict = await changes.make(
        'recovery-code-used',
        { account, by },
        (factors): Change<'right' | 'wrong'> => {
          const { recovery } = factors;
          if (!recovery?.codes.some((code) => hashes.includes(code))) return { result: 'wrong' };
          const codes = recovery.codes.filter((code) => !hashes.includes(code));
          return { result: 'right', next: { ...factors, recovery: { ...recovery, codes } } };
        },
      );
      if (verdict === 'right') changes.emit('account.recovery_code_used', account, 'recovery', by);
      return verdict;
    },

    async renewRecoveryCodes(account, by) {
      const created = create(account);
      if (!created) return undefined;
      const isDone = await changes.make(
        'recovery-codes-made',
        { account, by, whileSignedIn: true },
        (factors) =>
          factors.authenticators.length === 0
            ? { result: false }
            : {
                result: true,
                next: { ...factors, recovery: created.record },
                // One of them may have been made by a code that is void by now.
                endsPendingSignIns: true,
              },
      );
      if (!isDone) return undefined;
      changes.emit('account.recovery_codes_made', account, 'recovery', by);
      return created.codes;
    },

    async remove(account, since, by) {
      const isRemoved = await changes.make('factor-removed', { account, by }, (factors) =>
        factors.recovery && factors.recovery.createdAt >= since
          ? { result: true, next: withoutRecovery(factors), endsPendingSignIns: true }
          : { result: false },
      );
      if (isRemoved) changes.emit('account.factor_removed', account, 'recovery', by);
      return isRemoved;
    },
  };
};
