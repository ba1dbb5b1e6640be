import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { hasAccess, noAccess } from '../../provider/access.ts';
import type { EngineAccount } from '../../provider/engine-account.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { getRequestContext, getUnitOfWork } from '../../provider/request-context.ts';
import { requestsLevel } from '../../services/authentication-levels/index.ts';
import type { CibaDependencies } from './dependencies.ts';

/** Requests by one client to one account. A client could otherwise repeat a request until the person gives in. */
const maxPerMinute = 10;

/** The engine calls this after it has stored the request and written its response. */
export const createAcceptRequest =
  ({
    config,
    events,
    levels,
    throttle,
  }: Pick<CibaDependencies, 'config' | 'events' | 'levels' | 'throttle'>) =>
  async (
    ctx: KoaContextWithOIDC,
    { accountId: account, groups }: EngineAccount,
    requester: EngineClient,
  ): Promise<void> => {
    const { clientId: client } = requester;
    if (!hasAccess(requester, groups)) throw noAccess();
    // Throws when no sign-in can reach a requested `acr`.
    requestsLevel(ctx.oidc, levels);
    const verdict = await throttle.take('ciba', `${client} ${account}`, maxPerMinute);
    if (!verdict.allowed) throw new errors.AccessDenied('this person was asked too often, wait a minute');
    Object.assign(ctx.body as object, { interval: config.tokens.device_interval });
    const { correlationId, address } = getRequestContext(ctx.req);
    getUnitOfWork(ctx).afterCommit(() =>
      events.emit({
        type: 'ciba.requested',
        outcome: 'ok',
        account,
        client,
        correlation: correlationId,
        address,
      }),
    );
  };
