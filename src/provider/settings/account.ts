import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { currentWork } from '../../store/current-work.ts';
import { grantKeyOf } from '../storage/ids.ts';
import { authenticationBehind } from './authentication.ts';

interface AccountSource {
  /** Undefined when the account is unknown or disabled. */
  forEngine(
    id: string,
  ): Promise<{ accountId: string; claims(use: string, scope: string): { sub: string } } | undefined>;
}

/** The engine asks for the grant right after the account: both come by trips made at the same time. */
const readGrantAhead = async ({ oidc: { client, result, session } }: KoaContextWithOIDC): Promise<void> => {
  const grantId = client && (result?.consent?.grantId ?? session?.grantIdFor(client.clientId));
  if (grantId) await currentWork()?.read(grantKeyOf(grantId));
};

/**
 * Id tokens carry technical claims only: what is personal is at `/userinfo`, unless the operator asked otherwise for
 * a client.
 */
export const accountFor =
  (accounts: AccountSource, assuranceClaim: string | null): NonNullable<Configuration['findAccount']> =>
  async (ctx, id) => {
    const [account] = await Promise.all([accounts.forEngine(id), readGrantAhead(ctx)]);
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
