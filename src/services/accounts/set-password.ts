import { randomBytes } from 'node:crypto';
import { Draft } from '../../store/draft.ts';
import type { Clock } from '../../store/port.ts';
import type { Account } from './account.ts';
import type { AccountChange } from './change.ts';
import { namesOf } from './claims.ts';
import type { Accounts, ChangePassword } from './contract.ts';
import { voidFormerAddresses } from './former-address.ts';
import type { Passwords } from './password/passwords.ts';
import type { AccountRecord } from './record.ts';
import { changeRequired } from './requirements.ts';

/** The message is committed together with the password. */
export type DraftPasswordNotice = (account: string) => Draft | undefined;

interface Dependencies {
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly find: (id: string) => Promise<Account | undefined>;
  readonly accountChange: AccountChange;
  readonly draftPasswordNotice: DraftPasswordNotice;
}

/** Changes the password of an account, which also ends what was signed in before. */
export const createSetPassword = ({
  passwords,
  clock,
  find,
  accountChange: { refuseConfigured, change },
  draftPasswordNotice,
}: Dependencies): Pick<Accounts, 'checkNewPassword' | 'setPassword' | 'resetPassword'> => {
  const checkNewPassword: Accounts['checkNewPassword'] = ({ username, claims }, password) =>
    passwords.checkNew(password, namesOf(username, claims));

  const store = async (
    id: string,
    password: string,
    { keepTokens = false, isTemporary = false, form, also = [], ...options }: ChangePassword = {},
  ): Promise<Account> => {
    refuseConfigured(id);
    const { voidsFormerAddresses = false, ...conditions } = options;
    const hash = await passwords.hash(password, id);
    const withHash = ({ passwordForm: _, ...record }: AccountRecord): AccountRecord => {
      const now = clock.now();
      return {
        ...(voidsFormerAddresses ? voidFormerAddresses(record, now) : record),
        hash,
        passwordChangedAt: now,
        ...(form !== undefined && { passwordForm: form }),
        ...(!keepTokens && { signedOutAt: now }),
        required: changeRequired(record, isTemporary ? { add: ['password'] } : { remove: ['password'] }),
      };
    };
    const notice = draftPasswordNotice(id);
    return Draft.commitWith((writesOf) =>
      change(id, 'account.password_changed', withHash, {
        also: [...also, ...writesOf(notice)],
        ...conditions,
      }),
    );
  };

  return {
    checkNewPassword,
    async setPassword(id, password, options) {
      const { username = '', claims = {} } = (await find(id)) ?? {};
      checkNewPassword({ username, claims }, password);
      return store(id, password, options);
    },
    async resetPassword(id, options) {
      const password = randomBytes(15).toString('base64url');
      await store(id, password, options);
      return password;
    },
  };
};
