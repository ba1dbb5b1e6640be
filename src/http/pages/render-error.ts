import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { NotAdmitted } from '../../provider/admission.ts';
import type { ClientSource } from '../../provider/clients/client-source.ts';
import { errorOf } from '../../provider/engine-events.ts';
import { findMismatch, type Mismatch } from '../../provider/errors/mismatch.ts';
import { isPagePath, routes } from '../../provider/paths.ts';
import { AlreadyAnswered } from '../../provider/storage/user-decision.ts';
import type { Clock } from '../../store/port.ts';
import { type ErrorModel, errorPage } from '../../views/pages/error.ts';
import { interactionPath } from '../interactions/path.ts';
import { pageRequestOf, uiLocalesOf } from './engine-request.ts';
import { errorKindOf } from './error-kind.ts';
import type { Pages } from './pages.ts';
import { wantsHtml } from './wants-html.ts';

type RenderError = NonNullable<Configuration['renderError']>;
type EngineError = Parameters<RenderError>[1];

/** A step that was answered before, or too late, has a page that leads to the next step or to a new start. */
const followingPageOf = ({ oidc, path }: KoaContextWithOIDC, error: Error): string | undefined => {
  // That page says that the code was used.
  if (error instanceof AlreadyAnswered) return `${routes.code_verification}?again=yes`;
  if (!(error instanceof errors.SessionNotFound)) return undefined;
  if (oidc?.route !== 'resume' && oidc?.route !== 'device_resume') return undefined;
  return interactionPath(path.slice(path.lastIndexOf('/') + 1));
};

/** A link with the error response of RFC 6749 §4.1.2.1. It needs a registered redirect URI and the mode `query`. */
const linkToClient = ({ oidc, query }: KoaContextWithOIDC, out: EngineError): ErrorModel['back'] => {
  const { client } = oidc ?? {};
  // The parameters aren't parsed yet when the session can't be read.
  const params: Readonly<Record<string, unknown>> = oidc?.params ?? query;
  const uri = params['redirect_uri'];
  const mode = params['response_mode'];
  if (!client || typeof uri !== 'string' || !client.redirectUriAllowed(uri)) return undefined;
  if (mode !== undefined && mode !== 'query') return undefined;
  const href = URL.parse(uri);
  if (!href) return undefined;
  const answer = { ...out, state: params['state'], iss: oidc.issuer };
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value === 'string') href.searchParams.set(name, value);
  }
  return {
    name: client.clientName ?? client.clientId,
    href: href.href,
    ...(client['from_registration'] === true && { unverified: true }),
  };
};

/** The engine reports a redirect URI that doesn't match last, also when the request was refused for another reason. */
const reasonBehind = (ctx: KoaContextWithOIDC, reported: Error) => {
  const recorded = errorOf(ctx);
  const isOther = reported instanceof errors.InvalidRedirectUri && recorded !== reported;
  return isOther && recorded instanceof errors.OIDCProviderError ? recorded : undefined;
};

const withReason = (
  out: EngineError,
  { error, error_description }: errors.OIDCProviderError,
): EngineError => ({
  ...out,
  error,
  ...(error_description !== undefined && { error_description }),
});

const mismatchDetails = ({ parameter, received, closest }: Mismatch) => [
  { name: parameter, value: received },
  ...(closest === undefined ? [] : [{ name: `closest registered ${parameter}`, value: closest }]),
];

interface RenderErrorDependencies {
  readonly pages: Pages;
  readonly clock: Clock;
  /** What is registered is shown in development only. In production the event of the refusal has it. */
  readonly registered: Pick<ClientSource, 'closestId'> | undefined;
}

/** Answers errors of the engine with a page where people go, and with JSON at all other endpoints, whatever they accept. */
export const createRenderError =
  ({ pages, clock, registered }: RenderErrorDependencies): RenderError =>
  async (ctx, reported, reportedError) => {
    const reason = reasonBehind(ctx, reportedError);
    const error = reason ?? reportedError;
    const out = reason ? withReason(reported, reason) : reported;
    if (reason) ctx.status = reason.statusCode;
    if (!isPagePath(ctx.path) || !wantsHtml(ctx.get('accept'))) {
      ctx.type = 'json';
      ctx.body = out;
      return;
    }
    const followingPage = followingPageOf(ctx, error);
    if (followingPage !== undefined) {
      ctx.status = 303;
      ctx.redirect(followingPage);
      return;
    }
    const pageRequest = pageRequestOf(ctx);
    const { client } = ctx.oidc ?? {};
    const back = linkToClient(ctx, out);
    const mismatch = registered && (await findMismatch(ctx, error, registered.closestId));
    const retryAfter = Number(ctx.response.get('retry-after'));
    const body = errorPage(pages.page(pageRequest, uiLocalesOf(ctx)), {
      kind: error instanceof NotAdmitted && ctx.status === 503 ? 'busy' : errorKindOf(out.error, ctx.status),
      code: out.error,
      status: ctx.status,
      time: new Date(clock.now()),
      ...(out.error_description !== undefined && { description: out.error_description }),
      details: [
        ...(client ? [{ name: 'client_id', value: client.clientId }] : []),
        ...(mismatch ? mismatchDetails(mismatch) : []),
      ],
      ...(retryAfter > 0 && { retryAfter }),
      ...(back && { back }),
    });
    // A popup keeps its opener, so that the link back still reaches the application.
    ctx.set(pages.headers(pageRequest, { popup: true }));
    ctx.body = body;
  };
