import type { Account, Accounts } from '../../services/accounts/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'authenticate'>;
  readonly throttle: Throttle;
}

interface Attempt {
  readonly account: Account;
  readonly password: string;
  readonly address: string;
}

type PasswordConfirmation =
  | { readonly result: 'right' | 'wrong' | 'missing' }
  | { readonly result: 'throttled'; readonly waitSeconds: number };

/** Asks for the current password. Attempts are counted with those of the sign-in. */
export const createConfirmPassword =
  ({ accounts, throttle }: Dependencies) =>
  async ({ account, password, address }: Attempt): Promise<PasswordConfirmation> => {
    if (password === '') return { result: 'missing' };
    const verdict = await throttle.check({ account: account.username, address, client: 'account' });
    if (!verdict.allowed) return { result: 'throttled', waitSeconds: verdict.waitSeconds };
    const isRight = (await accounts.authenticate(account.username, password)) !== undefined;
    await (isRight ? verdict.succeeded() : verdict.failed());
    return { result: isRight ? 'right' : 'wrong' };
  };
