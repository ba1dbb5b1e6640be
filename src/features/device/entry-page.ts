import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { createRenderError } from '../../http/pages/render-error.ts';
import { wantsHtml } from '../../http/pages/wants-html.ts';
import { NotAdmitted } from '../../provider/admission.ts';
import { deviceErrorNames } from '../../provider/engine-texts.ts';
import { routes } from '../../provider/paths.ts';
import { deviceDonePage, deviceEnterPage } from '../../views/pages/device.ts';
import type { DeviceDependencies } from './dependencies.ts';
import { createPageSender } from './page-sender.ts';
import { prefilledCode } from './prefilled-code.ts';
import { type DeviceProblem, isStaleForm, problemOf } from './problems.ts';

type DeviceFlow = Exclude<NonNullable<Configuration['features']>['deviceFlow'], undefined>;
type UserCodeInputSource = NonNullable<DeviceFlow['userCodeInputSource']>;

const maxCodeLength = 40;
const enterCode = routes.code_verification;

/** The engine shows the page again without an event. */
const emitVerificationError = (ctx: KoaContextWithOIDC, reason: string): void => {
  ctx.oidc.provider.emit('code_verification.error', ctx, new errors.OIDCProviderError(422, reason));
};

const redirectToEntry = (ctx: KoaContextWithOIDC): void => {
  const typed = ctx.oidc.params?.['user_code'];
  const query = new URLSearchParams({ again: 'yes' });
  if (typeof typed === 'string') query.set('user_code', typed.slice(0, maxCodeLength));
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(`${routes.code_verification}?${query}`);
};

/**
 * After an error the engine saves the session. It fails if the session is new and has no expiry yet, and again if that
 * was the error.
 */
const skipSavingSession = ({ oidc }: KoaContextWithOIDC, error: Error): void => {
  const isUnsaved = oidc.session?.exp === undefined || error instanceof NotAdmitted;
  if (oidc.session && isUnsaved) Object.assign(oidc.session, { touched: false });
};

/**
 * After a POST the page repeats the secret that was posted and verified. The engine has made a new one, but a refused
 * request doesn't save its session.
 */
const formSecretOf = ({ oidc }: KoaContextWithOIDC): string => {
  const posted = oidc.route === 'code_verification' ? oidc.params?.['xsrf'] : undefined;
  if (typeof posted !== 'string') return String(oidc.session?.state?.['secret']);
  if (oidc.session) oidc.session.state = { secret: posted };
  return posted;
};

/** The engine calls this for the empty form and after every error, also when the person declined. */
export const createEntryPage = ({
  clock,
  pages,
}: Pick<DeviceDependencies, 'clock' | 'pages'>): UserCodeInputSource => {
  const renderError = createRenderError({ pages, clock, registered: undefined });
  const { pageFor, send } = createPageSender(pages);

  const sendForm = (ctx: KoaContextWithOIDC, problem: DeviceProblem | undefined): void => {
    const typed = ctx.method === 'POST' ? ctx.oidc.params?.['user_code'] : prefilledCode(ctx);
    send(
      ctx,
      deviceEnterPage(pageFor(ctx), {
        action: routes.code_verification,
        xsrf: formSecretOf(ctx),
        ...(typeof typed === 'string' && { code: typed.slice(0, maxCodeLength) }),
        ...(problem && { problem }),
      }),
    );
  };

  const sendProblem = (ctx: KoaContextWithOIDC, problem: DeviceProblem): void => {
    if (problem.kind === 'throttled') ctx.set('Retry-After', String(problem.seconds));
    else emitVerificationError(ctx, `code_${problem.kind}`);
    if (ctx.method === 'POST') ctx.status = problem.kind === 'throttled' ? 429 : 422;
    sendForm(ctx, problem);
  };

  return async (ctx, _form, out, error) => {
    if (!error) {
      const isRedirected = ctx.method === 'GET' && ctx.query['again'] !== undefined;
      return sendForm(ctx, isRedirected ? { kind: 'aborted' } : undefined);
    }
    if (error.name === deviceErrorNames.aborted) {
      emitVerificationError(ctx, 'access_denied');
      return send(ctx, deviceDonePage(pageFor(ctx), { outcome: 'denied', enterCode }));
    }
    const { confirm, abort } = ctx.oidc.params ?? {};
    const isUsed = error.name === deviceErrorNames.used;
    if (isUsed && (confirm ?? abort) !== undefined) emitVerificationError(ctx, 'code_used');
    // The confirmation was submitted twice. The code can't be entered again, so there is no form.
    if (isUsed && confirm !== undefined && abort === undefined) {
      ctx.status = 409;
      return send(ctx, deviceDonePage(pageFor(ctx), { outcome: 'used', enterCode }));
    }
    const isDenialRepeated = isUsed && abort !== undefined;
    if ((isDenialRepeated || isStaleForm(error)) && wantsHtml(ctx.get('accept'))) {
      skipSavingSession(ctx, error);
      return redirectToEntry(ctx);
    }
    const problem = problemOf(error);
    if (problem) return sendProblem(ctx, problem);
    skipSavingSession(ctx, error);
    return renderError(ctx, out ?? { error: 'server_error' }, error);
  };
};
