import type { CommandContext, Installation } from '#src/command.ts';
import type { Account, Accounts } from '#src/services/accounts/index.ts';
import type { Factors } from '#src/services/factors/index.ts';
import type { PasskeyList } from '#src/services/passkeys/index.ts';
import { requireAccount, withAccounts } from './with-accounts.ts';

/** Messages that a command stores; a running server sends them. */
export const createCommandNotices = async ({ config, store, clock, events }: Installation) => {
  const [{ createMail }, { createNotices }, { createOutbox, mailQueue }] = await Promise.all([
    import('#src/services/mail/index.ts'),
    import('#src/services/notices/index.ts'),
    import('#src/services/outbox/index.ts'),
  ]);
  const onError = (): void => {};
  const outbox = createOutbox({ store, clock, events, onError, queue: mailQueue });
  return createNotices({ mail: createMail({ config, clock, outbox }), clock });
};

export interface FactorServices {
  readonly account: Account;
  readonly accounts: Accounts;
  readonly factors: Factors;
  readonly passkeys: PasskeyList;
  readonly notices: Awaited<ReturnType<typeof createCommandNotices>>;
  readonly installation: Installation;
}

export const withFactors = <T>(
  context: CommandContext,
  username: string,
  work: (services: FactorServices) => Promise<T>,
): Promise<T> =>
  withAccounts(context, async (accounts, installation) => {
    const [{ createFactors }, { loadSecretCipher }, { createPasskeyList }] = await Promise.all([
      import('#src/services/factors/index.ts'),
      import('#src/services/keys/index.ts'),
      import('#src/services/passkeys/index.ts'),
    ]);
    const { config, store } = installation;
    const account = await requireAccount(accounts, username);
    const notices = await createCommandNotices(installation);
    const cipher = await loadSecretCipher(config, store);
    const factors = createFactors({ ...installation, cipher, accounts, notices });
    const passkeys = createPasskeyList({ ...installation, accounts });
    return work({ account, accounts, factors, passkeys, notices, installation });
  });
