import type { Configuration } from 'oidc-provider';
import { authenticationBehind } from './authentication.ts';

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
  (accounts: AccountSource, assuranceClaim: string | null): NonNullable<Configuration['findAccount']> =>
  async (ctx, id) => {
    const account = await accounts.forEngine(id);
    if (!account) return undefined;
    return {
      accountId: account.accountId,
      claims: (use: string, scope: string) => {
        if (use !== 'id_token') return account.claims(use, scope);
        const all = ctx.oidc.client?.['id_token_claims'] === 'all';
        const level = assuranceClaim === null ? undefined : authenticationBehind(ctx)?.acr;
        return {
          ...(all ? account.claims(use, scope) : { sub: account.accountId }),
          ...(assuranceClaim !== null && level !== undefined && { [assuranceClaim]: level }),
        };
      },
    };
  };
