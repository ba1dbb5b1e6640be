import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { faceOf } from '../../http/interactions/faces.ts';
import { createRenderError, readerOfEngine, wishesOfEngine } from '../../http/pages/render-error.ts';
import { wantsHtml } from '../../http/pages/wants-html.ts';
import { routes } from '../../provider/paths.ts';
import {
  type DeviceEnterModel,
  deviceConfirmPage,
  deviceDonePage,
  deviceEnterPage,
} from '../../views/pages/device.ts';
import { scopesInWords } from '../../views/scopes.ts';
import type { DeviceParts } from './index.ts';
import { prefilledCode } from './prefill.ts';
import { CodesThrottled } from './user-codes.ts';

type DeviceProblem = NonNullable<DeviceEnterModel['problem']>;
type DeviceFlow = Exclude<NonNullable<Configuration['features']>['deviceFlow'], undefined>;
type Sources = Required<Pick<DeviceFlow, 'userCodeInputSource' | 'userCodeConfirmSource' | 'successSource'>>;

/** By the names of the engine's errors, whose classes it keeps to itself. */
const problems: Readonly<Record<string, DeviceProblem>> = {
  NoCodeError: { kind: 'missing' },
  NotFoundError: { kind: 'wrong' },
  ExpiredError: { kind: 'expired' },
  AlreadyUsedError: { kind: 'used' },
};

const problemOf = (error: Error): DeviceProblem | undefined =>
  error instanceof CodesThrottled ? { kind: 'throttled', seconds: error.waitSeconds } : problems[error.name];

/** The engine asks again without a word to those who listen. */
const tell = (ctx: KoaContextWithOIDC, reason: string): void => {
  ctx.oidc.provider.emit('code_verification.error', ctx, new errors.OIDCProviderError(422, reason));
};

const late = new Set(['xsrf token invalid', 'could not find device form details']);

const isLate = (error: Error): boolean =>
  error instanceof errors.InvalidRequest && late.has(error.error_description ?? '');

/** The form of a page that is no longer the newest: shown anew, with what was typed. */
const askAgain = (ctx: KoaContextWithOIDC): void => {
  const typed = ctx.oidc.params?.['user_code'];
  const query = new URLSearchParams({ again: 'yes' });
  if (typeof typed === 'string') query.set('user_code', typed.slice(0, 40));
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(`${routes.code_verification}?${query}`);
};

/** The engine marks a session for saving when it fails, also one that was never begun, and then can't save it. */
const forgetNewSession = ({ oidc }: KoaContextWithOIDC): void => {
  if (oidc.session && oidc.session.exp === undefined) Object.assign(oidc.session, { touched: false });
};

export const createDevicePages = ({ config, clock, pages }: DeviceParts): Sources => {
  const renderError = createRenderError(pages, clock);

  const show = (ctx: KoaContextWithOIDC, body: string): void => {
    ctx.set(pages.headers(readerOfEngine(ctx)));
    ctx.body = body;
  };
  const pageFor = (ctx: KoaContextWithOIDC) => pages.page(readerOfEngine(ctx), wishesOfEngine(ctx));

  /** The secret of the form: the one that was just shown to be right, for what a refused request made isn't kept. */
  const xsrfOf = ({ oidc }: KoaContextWithOIDC): string => {
    const posted = oidc.route === 'code_verification' ? oidc.params?.['xsrf'] : undefined;
    if (typeof posted !== 'string') return String(oidc.session?.state?.['secret']);
    if (oidc.session) oidc.session.state = { secret: posted };
    return posted;
  };

  return {
    async userCodeInputSource(ctx, _form, out, error) {
      if (error?.name === 'AbortedError') {
        tell(ctx, 'access_denied');
        return show(ctx, deviceDonePage(pageFor(ctx), { outcome: 'denied' }));
      }
      if (error?.name === 'AlreadyUsedError' && ctx.oidc.params?.['confirm'] !== undefined) {
        // Confirmed twice: there is no form to go back to.
        tell(ctx, 'code_used');
        ctx.status = 409;
        return show(ctx, deviceDonePage(pageFor(ctx), { outcome: 'used' }));
      }
      if (error && isLate(error) && wantsHtml(ctx.get('accept'))) {
        forgetNewSession(ctx);
        return askAgain(ctx);
      }
      const isAgain = ctx.method === 'GET' && ctx.query['again'] !== undefined;
      const problem = error ? problemOf(error) : isAgain ? ({ kind: 'aborted' } as const) : undefined;
      if (error && !problem) {
        forgetNewSession(ctx);
        return renderError(ctx, out ?? { error: 'server_error' }, error);
      }
      if (error && problem && problem.kind !== 'throttled') tell(ctx, `code_${problem.kind}`);
      if (ctx.method === 'POST' && problem) ctx.status = problem.kind === 'throttled' ? 429 : 422;
      if (problem?.kind === 'throttled') ctx.set('Retry-After', String(problem.seconds));
      const typed = ctx.method === 'POST' ? ctx.oidc.params?.['user_code'] : prefilledCode(ctx);
      show(
        ctx,
        deviceEnterPage(pageFor(ctx), {
          action: routes.code_verification,
          xsrf: xsrfOf(ctx),
          ...(typeof typed === 'string' && { code: typed.slice(0, 40) }),
          ...(problem && { problem }),
        }),
      );
    },

    userCodeConfirmSource(ctx, _form, client, deviceInfo, userCode) {
      const page = pageFor(ctx);
      const { ip, ua } = deviceInfo;
      const scope = ctx.oidc.deviceCode?.params?.['scope'];
      show(
        ctx,
        deviceConfirmPage(page, {
          action: routes.code_verification,
          xsrf: String(ctx.oidc.session?.state?.['secret']),
          posted: String(ctx.oidc.params?.['user_code']),
          shown: userCode,
          client: faceOf(client),
          scopes: scopesInWords(typeof scope === 'string' ? scope : '', config.scopes, page.messages),
          ...(typeof ip === 'string' && { address: ip }),
          ...(typeof ua === 'string' && ua !== '' && { agent: ua }),
        }),
      );
    },

    successSource(ctx) {
      const { client } = ctx.oidc;
      if (!client) throw new Error('a device was connected for no client');
      show(ctx, deviceDonePage(pageFor(ctx), { outcome: 'approved', client: faceOf(client) }));
    },
  };
};
