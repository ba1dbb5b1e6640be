import type { CommandContext, Installation, InstallationOptions } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Account, Accounts } from '#src/services/accounts/index.ts';
import { isoTime } from '../table.ts';

export const withAccounts = <T>(
  { withInstallation }: CommandContext,
  work: (accounts: Accounts, installation: Installation) => Promise<T>,
  options?: InstallationOptions,
): Promise<T> =>
  withInstallation(async (installation) => {
    const { createAccounts } = await import('#src/services/accounts/index.ts');
    const accounts = createAccounts(installation);
    try {
      return await work(accounts, installation);
    } finally {
      accounts.close();
    }
  }, options);

/** Finds the account that the operator names. */
export const requireAccount = async (accounts: Accounts, name: string): Promise<Account> => {
  const account = await accounts.findNamed(name);
  if (account !== undefined) return account;
  throw new Failure({
    code: 'account_not_found',
    message: `There is no account ${name}; \`account list\` shows all accounts.`,
    exit: exitCode.notFound,
  });
};

export const accountData = ({
  id,
  username,
  enabled,
  isSuperseded,
  claims,
  groups,
  required,
  from,
  createdAt,
  version,
}: Account) => ({
  sub: id,
  username,
  enabled,
  ...(isSuperseded && { superseded: true }),
  claims,
  ...(groups.length > 0 && { groups }),
  ...(required && { required }),
  from,
  ...(createdAt === undefined ? {} : { created_at: isoTime(createdAt) }),
  ...(version !== undefined && { version }),
});
