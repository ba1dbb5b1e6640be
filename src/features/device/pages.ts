import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import { createRenderError, pageRequestOf, uiLocalesOf } from '../../http/pages/render-error.ts';
import { wantsHtml } from '../../http/pages/wants-html.ts';
import { routes } from '../../provider/paths.ts';
import {
  type DeviceEnterModel,
  deviceConfirmPage,
  deviceDonePage,
  deviceEnterPage,
} from '../../views/pages/device.ts';
import { describeScopes } from '../../views/scopes.ts';
import type { DeviceDependencies } from './index.ts';
import { prefilledCode } from './prefilled-code.ts';
import { UserCodesThrottled } from './user-codes.ts';

type DeviceProblem = NonNullable<DeviceEnterModel['problem']>;
type DeviceFlow = Exclude<NonNullable<Configuration['features']>['deviceFlow'], undefined>;
type Sources = Required<Pick<DeviceFlow, 'userCodeInputSource' | 'userCodeConfirmSource' | 'successSource'>>;

/** By the names of the engine's errors, whose classes it keeps to itself. */
const problemByErrorName: Readonly<Record<string, DeviceProblem>> = {
  NoCodeError: { kind: 'missing' },
  NotFoundError: { kind: 'wrong' },
  ExpiredError: { kind: 'expired' },
  AlreadyUsedError: { kind: 'used' },
};

const problemOf = (error: Error): DeviceProblem | undefined =>
  error instanceof UserCodesThrottled
    ? { kind: 'throttled', seconds: error.waitSeconds }
    : problemByErrorName[error.name];

/** The engine asks again without a word to those who listen. */
const emitVerificationError = (ctx: KoaContextWithOIDC, reason: string): void => {
  ctx.oidc.provider.emit('code_verification.error', ctx, new errors.OIDCProviderError(422, reason));
};

const staleFormMessages = new Set(['xsrf token invalid', 'could not find device form details']);

const isStaleForm = (error: Error): boolean =>
  error instanceof errors.InvalidRequest && staleFormMessages.has(error.error_description ?? '');

/** The form of a page that is no longer the newest: shown anew, with what was typed. */
const redirectToEntry = (ctx: KoaContextWithOIDC): void => {
  const typed = ctx.oidc.params?.['user_code'];
  const query = new URLSearchParams({ again: 'yes' });
  if (typeof typed === 'string') query.set('user_code', typed.slice(0, 40));
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(`${routes.code_verification}?${query}`);
};

/** The engine marks a session for saving when it fails, also one that was never begun, and then can't save it. */
const skipSavingNewSession = ({ oidc }: KoaContextWithOIDC): void => {
  if (oidc.session && oidc.session.exp === undefined) Object.assign(oidc.session, { touched: false });
};

export const createDevicePages = ({ config, clock, pages }: DeviceDependencies): Sources => {
  const renderError = createRenderError(pages, clock);

  const sendPage = (ctx: KoaContextWithOIDC, body: string): void => {
    ctx.set(pages.headers(pageRequestOf(ctx)));
    ctx.body = body;
  };
  const pageFor = (ctx: KoaContextWithOIDC) => pages.page(pageRequestOf(ctx), uiLocalesOf(ctx));

  /** The secret of the form: the one that was just shown to be right, for what a refused request made isn't kept. */
  const formSecretOf = ({ oidc }: KoaContextWithOIDC): string => {
    const posted = oidc.route === 'code_verification' ? oidc.params?.['xsrf'] : undefined;
    if (typeof posted !== 'string') return String(oidc.session?.state?.['secret']);
    if (oidc.session) oidc.session.state = { secret: posted };
    return posted;
  };

  return {
    async userCodeInputSource(ctx, _form, out, error) {
      if (error?.name === 'AbortedError') {
        emitVerificationError(ctx, 'access_denied');
        return sendPage(ctx, deviceDonePage(pageFor(ctx), { outcome: 'denied' }));
      }
      if (error?.name === 'AlreadyUsedError' && ctx.oidc.params?.['confirm'] !== undefined) {
        // Confirmed twice: there is no form to go back to.
        emitVerificationError(ctx, 'code_used');
        ctx.status = 409;
        return sendPage(ctx, deviceDonePage(pageFor(ctx), { outcome: 'used' }));
      }
      if (error && isStaleForm(error) && wantsHtml(ctx.get('accept'))) {
        skipSavingNewSession(ctx);
        return redirectToEntry(ctx);
      }
      const isAgain = ctx.method === 'GET' && ctx.query['again'] !== undefined;
      const problem = error ? problemOf(error) : isAgain ? ({ kind: 'aborted' } as const) : undefined;
      if (error && !problem) {
        skipSavingNewSession(ctx);
        return renderError(ctx, out ?? { error: 'server_error' }, error);
      }
      if (error && problem && problem.kind !== 'throttled')
        emitVerificationError(ctx, `code_${problem.kind}`);
      if (ctx.method === 'POST' && problem) ctx.status = problem.kind === 'throttled' ? 429 : 422;
      if (problem?.kind === 'throttled') ctx.set('Retry-After', String(problem.seconds));
      const typed = ctx.method === 'POST' ? ctx.oidc.params?.['user_code'] : prefilledCode(ctx);
      sendPage(
        ctx,
        deviceEnterPage(pageFor(ctx), {
          action: routes.code_verification,
          xsrf: formSecretOf(ctx),
          ...(typeof typed === 'string' && { code: typed.slice(0, 40) }),
          ...(problem && { problem }),
        }),
      );
    },

    userCodeConfirmSource(ctx, _form, client, deviceInfo, userCode) {
      const page = pageFor(ctx);
      const { ip, ua } = deviceInfo;
      const scope = ctx.oidc.deviceCode?.params?.['scope'];
      sendPage(
        ctx,
        deviceConfirmPage(page, {
          action: routes.code_verification,
          xsrf: String(ctx.oidc.session?.state?.['secret']),
          typedCode: String(ctx.oidc.params?.['user_code']),
          displayedCode: userCode,
          client: displayOf(client),
          scopes: describeScopes(typeof scope === 'string' ? scope : '', config.scopes, page.messages),
          ...(typeof ip === 'string' && { address: ip }),
          ...(typeof ua === 'string' && ua !== '' && { agent: ua }),
        }),
      );
    },

    successSource(ctx) {
      const { client } = ctx.oidc;
      if (!client) throw new Error('a device was connected for no client');
      sendPage(ctx, deviceDonePage(pageFor(ctx), { outcome: 'approved', client: displayOf(client) }));
    },
  };
};
