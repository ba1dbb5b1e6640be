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
import { factsOf } from '../../provider/facts.ts';
import { pacePolls } from '../../provider/models/polling.ts';
import { currentWork } from '../../store/current-work.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Deliveries } from '../deliveries/index.ts';
import { asksForLevel, type Levels } from '../step-up/index.ts';
import type { Throttle } from '../throttle/index.ts';
import { pingInBackground } from './ping.ts';
import { requestsRoom } from './room.ts';

export interface CibaParts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly levels: Levels;
  readonly throttle: Throttle;
  readonly deliveries: Deliveries;
  readonly engine: () => Engine;
  readonly sealKeys: () => readonly string[];
}

/** Requests of one client to one person in a minute: more would be a way to wear people down until they approve. */
const mostPerMinute = 10;

/** Read out or compared by people, so short, and nothing that can't be seen. */
const binding = /^[\p{L}\p{N}\p{P}\p{S} ]{1,64}$/u;

export const ciba = (parts: CibaParts): Feature => {
  const { config, clock, accounts, events, levels, throttle } = parts;
  const interval = config.tokens.device_interval;
  const ping = pingInBackground(parts);

  const begin = async (ctx: KoaContextWithOIDC, account: string, client: string): Promise<void> => {
    // Nobody is asked for what they can't give.
    asksForLevel(ctx.oidc, levels);
    const verdict = await throttle.take('ciba', `${client} ${account}`, mostPerMinute);
    if (!verdict.allowed) throw new errors.AccessDenied('this person was asked too often, wait a minute');
    // The engine has put its answer there by now.
    Object.assign(ctx.body as object, { interval });
    const { correlation, address } = factsOf(ctx.req);
    currentWork()?.afterCommit(() =>
      events.emit({ type: 'ciba.requested', outcome: 'ok', account, client, correlation, address }),
    );
  };

  return {
    name: 'ciba',
    engine: {
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
              if (message === undefined || binding.test(message)) return;
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
              begin(ctx, account.accountId, client.clientId),
          },
        },
      },
      attach(provider: Provider) {
        pacePolls<InstanceType<Provider['BackchannelAuthenticationRequest']>>(
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
    pages: requestsRoom(parts),
  };
};
