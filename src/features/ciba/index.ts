/**
 * Owns backchannel authentication (OpenID Connect CIBA, poll and ping): which account a request is for, the page where
 * the person answers it, and the ping to the client. Push delivery is not offered, because it sends tokens to the
 * client without a request.
 *
 * POST /oauth/ciba                the engine stores the request; accept-request.ts limits how many a client sends
 * GET  /account/requests          the person sees what is pending, 50 at most (approval-pages.ts)
 * POST /account/requests          approved -> a grant for the whole request
 *                                 denied   -> `access_denied`
 *                                 tooWeak  -> the session doesn't reach the requested `acr`
 *                                 otherWay -> the client doesn't accept the way in which the session began
 *                                 nothing  -> the sign-in is older than `max_age`: 303 to a new one, and back
 *                                 gone     -> decided before, or expired: 410
 * after the decision              the client gets a ping, through the outbox
 * POST /oauth/token               the client polls; the engine redeems the request
 */
import { errors } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import type { EngineAccount } from '../../provider/engine-account.ts';
import { createAcceptRequest } from './accept-request.ts';
import { approvalPages, requestsPath } from './approval-pages.ts';
import { cibaDeclaration } from './declaration.ts';
import type { CibaDependencies } from './dependencies.ts';
import { pingThroughOutbox } from './ping.ts';

/** People compare the message on two screens, so it is short and has no invisible characters (CIBA §7.1). */
const bindingMessage = /^[\p{L}\p{N}\p{P}\p{S} ]{1,64}$/u;

export const ciba = (dependencies: CibaDependencies): Feature => {
  const { config, accounts } = dependencies;
  const acceptRequest = createAcceptRequest(dependencies);
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
              throw new errors.InvalidRequest('login_hint_token is not supported, send login_hint');
            },
            validateBindingMessage: (_ctx, message) => {
              if (message === undefined || bindingMessage.test(message)) return;
              throw new errors.InvalidBindingMessage(
                'binding_message may have 64 visible characters at most',
              );
            },
            validateRequestContext: () => undefined,
            verifyUserCode: (_ctx, _account, code) => {
              if (code !== undefined)
                throw new errors.InvalidRequest('user_code is not supported, leave it out');
            },
            triggerAuthenticationDevice: (ctx, _request, account, client) =>
              // Every account that the engine has comes from `findAccount`.
              acceptRequest(ctx, account as unknown as EngineAccount, client),
          },
        },
      },
      overrides: {
        pollRate: { cibaInterval: config.tokens.device_interval },
        clientPing: pingThroughOutbox(dependencies),
      },
    },
    account: {
      menu: {
        path: requestsPath,
        label: ({ requests }) => requests.title,
        purpose: ({ account }) => account.overview.requests,
      },
    },
    pages: approvalPages(dependencies),
  };
};
