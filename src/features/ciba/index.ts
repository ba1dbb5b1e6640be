/**
 * Owns authentication that a client starts away from the person (OpenID Connect CIBA, poll and ping): whom it is for,
 * the page where they answer, and telling the client that they did. Not push, which hands out tokens unasked.
 */
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import { limitPollRate } from '../../provider/overrides/poll-rate.ts';
import { getRequestContext } from '../../provider/request-context.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { type AuthenticationLevels, requestsLevel } from '../../services/authentication-levels/index.ts';
import type { Outbox } from '../../services/outbox/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Clock, Store } from '../../store/port.ts';
import { approvalPages } from './approval-pages.ts';
import { cibaDeclaration } from './declaration.ts';
import { pingThroughOutbox } from './ping.ts';

export interface CibaDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly levels: AuthenticationLevels;
  readonly throttle: Throttle;
  readonly outbox: Outbox;
  readonly engine: () => Engine;
  readonly cookieKeys: () => readonly string[];
}

/** Requests of one client to one person in a minute: more would be a way to wear people down until they approve. */
const maxPerMinute = 10;

/** Read out or compared by people, so short, and nothing that can't be seen. */
const visibleText = /^[\p{L}\p{N}\p{P}\p{S} ]{1,64}$/u;

export const ciba = (dependencies: CibaDependencies): Feature => {
  const { config, clock, accounts, events, levels, throttle } = dependencies;
  const interval = config.tokens.device_interval;
  const ping = pingThroughOutbox(dependencies);

  const onRequestAccepted = async (
    ctx: KoaContextWithOIDC,
    account: string,
    client: string,
  ): Promise<void> => {
    // Nobody is asked for what they can't give.
    requestsLevel(ctx.oidc, levels);
    const verdict = await throttle.take('ciba', `${client} ${account}`, maxPerMinute);
    if (!verdict.allowed) throw new errors.AccessDenied('this person was asked too often, wait a minute');
    // The engine has put its answer there by now.
    Object.assign(ctx.body as object, { interval });
    const { correlationId, address } = getRequestContext(ctx.req);
    currentUnitOfWork()?.afterCommit(() =>
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

  return {
    ...cibaDeclaration,
    provider: {
      settings: {
        features: {
          ciba: {
            enabled: true,
            deliveryModes: ['poll', 'ping'],
            processLoginHint: async (_ctx, hint = '') => (await accounts.findByUsername(hint))?.id,
            processLoginHintToken: () => {
              throw new errors.InvalidRequest('login_hint_token is not taken here, send login_hint');
            },
            validateBindingMessage: (_ctx, message) => {
              if (message === undefined || visibleText.test(message)) return;
              throw new errors.InvalidBindingMessage(
                'binding_message may have 64 visible characters at most',
              );
            },
            validateRequestContext: () => undefined,
            verifyUserCode: (_ctx, _account, code) => {
              if (code !== undefined)
                throw new errors.InvalidRequest('user_code is not taken here, leave it out');
            },
            triggerAuthenticationDevice: (ctx, _request, account, client) =>
              onRequestAccepted(ctx, account.accountId, client.clientId),
          },
        },
      },
      attach(provider: Provider) {
        limitPollRate<InstanceType<Provider['BackchannelAuthenticationRequest']>>(
          provider.BackchannelAuthenticationRequest,
          {
            clock,
            interval,
            isPending: ({ grantId, error }) => grantId === undefined && error === undefined,
          },
        );
        ping.attach(provider);
      },
    },
    pages: approvalPages(dependencies),
  };
};
