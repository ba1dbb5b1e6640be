import type { Configuration } from 'oidc-provider';

interface AccountSource {
  /** Undefined when the account is unknown or disabled. */
  forEngine(
    id: string,
  ): Promise<{ accountId: string; claims(use: string, scope: string): { sub: string } } | undefined>;
}

/**
 * Id tokens carry technical claims only: what is personal is at `/userinfo`, unless the operator asked otherwise for
 * a client.
 */
export const accountFor =
  (accounts: AccountSource): NonNullable<Configuration['findAccount']> =>
  async (ctx, id) => {
    const account = await accounts.forEngine(id);
    if (!account) return undefined;
    return {
      accountId: account.accountId,
      claims: (use: string, scope: string) =>
        use === 'id_token' && ctx.oidc.client?.['id_token_claims'] !== 'all'
          ? { sub: account.accountId }
          : account.claims(use, scope),
    };
  };
