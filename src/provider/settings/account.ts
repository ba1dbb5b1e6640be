import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { getUnitOfWork } from '../request-context.ts';
import { grantKey } from '../storage/ids.ts';
import type { ReadAuthentication } from './authentication.ts';

interface AccountSource {
  /** Undefined when the account is unknown or disabled. */
  forEngine(
    id: string,
  ): Promise<{ accountId: string; claims(use: string, scope: string): { sub: string } } | undefined>;
}

/** The engine reads the grant right after the account. Reading both at once saves a round trip. */
const prefetchGrant = async (ctx: KoaContextWithOIDC): Promise<void> => {
  const { client, result, session } = ctx.oidc;
  const grantId = client && (result?.consent?.grantId ?? session?.grantIdFor(client.clientId));
  if (grantId) await getUnitOfWork(ctx).read(grantKey(grantId));
};

/**
 * ID tokens have technical claims only, and `/userinfo` has the personal ones. The operator can set `id_token_claims`
 * of a client to put all of them into its ID tokens.
 */
export const findAccount =
  (
    accounts: AccountSource,
    assuranceClaim: string | null,
    readAuthentication: ReadAuthentication,
  ): NonNullable<Configuration['findAccount']> =>
  async (ctx, id) => {
    const [account] = await Promise.all([accounts.forEngine(id), prefetchGrant(ctx)]);
    if (!account) return undefined;
    return {
      accountId: account.accountId,
      claims: (use: string, scope: string) => {
        if (use !== 'id_token') return account.claims(use, scope);
        const all = ctx.oidc.client?.['id_token_claims'] === 'all';
        const level = assuranceClaim === null ? undefined : readAuthentication(ctx)?.acr;
        return {
          ...(all ? account.claims(use, scope) : { sub: account.accountId }),
          ...(assuranceClaim !== null && level !== undefined && { [assuranceClaim]: level }),
        };
      },
    };
  };
