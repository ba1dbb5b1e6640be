import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { factsOf } from '../../provider/facts.ts';
import { isForPeople, routes } from '../../provider/paths.ts';
import { AnsweredAlready } from '../../provider/storage/decided.ts';
import type { Clock } from '../../store/port.ts';
import { type ErrorModel, errorPage } from '../../views/pages/error.ts';
import { errorKindOf } from './error-kind.ts';
import type { Pages, Reader } from './pages.ts';
import { wantsHtml } from './wants-html.ts';

type RenderError = NonNullable<Configuration['renderError']>;
type Out = Parameters<RenderError>[1];

export const readerOfEngine = (ctx: KoaContextWithOIDC): Reader => ({
  headers: ctx.req.headers,
  url: ctx.req.url ?? '/',
  requestId: factsOf(ctx.req).correlation,
});

/** OpenID Connect Core §3.1.2.1: the language that the application asked for, wherever in the request it is. */
export const wishesOfEngine = (ctx: KoaContextWithOIDC): { readonly uiLocales?: string } => {
  const asked = ctx.oidc?.params?.['ui_locales'] ?? ctx.query['ui_locales'];
  return typeof asked === 'string' ? { uiLocales: asked } : {};
};

/** The page of a step that was answered already, or too late: it knows what came after, or how to start again. */
const pageOfStep = ({ oidc, path }: KoaContextWithOIDC, error: Error): string | undefined => {
  // There, its code is found to be used.
  if (error instanceof AnsweredAlready) return `${routes.code_verification}?again=yes`;
  if (!(error instanceof errors.SessionNotFound)) return undefined;
  if (oidc?.route !== 'resume' && oidc?.route !== 'device_resume') return undefined;
  return `/interaction/${path.slice(path.lastIndexOf('/') + 1)}`;
};

/** RFC 6749 §4.1.2.1 by hand: only to a redirect URI that is registered, and by a link where that is how it answers. */
const wayBack = ({ oidc, query }: KoaContextWithOIDC, out: Out): ErrorModel['back'] => {
  const { client } = oidc ?? {};
  // Not read yet when the session couldn't be.
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
  return { name: client.clientName ?? client.clientId, href: href.href };
};

/** The engine's failures: a page for people, JSON for programs, which get it at their endpoints whatever they accept. */
export const createRenderError =
  (pages: Pages, clock: Clock): RenderError =>
  (ctx, out, error) => {
    if (!isForPeople(ctx.path) || !wantsHtml(ctx.get('accept'))) {
      ctx.type = 'json';
      ctx.body = out;
      return;
    }
    const step = pageOfStep(ctx, error);
    if (step !== undefined) {
      ctx.status = 303;
      ctx.redirect(step);
      return;
    }
    const reader = readerOfEngine(ctx);
    const { client } = ctx.oidc ?? {};
    const back = wayBack(ctx, out);
    const wait = Number(ctx.response.get('retry-after'));
    const body = errorPage(pages.page(reader, wishesOfEngine(ctx)), {
      kind: errorKindOf(out.error, ctx.status),
      code: out.error,
      status: ctx.status,
      time: new Date(clock.now()),
      ...(out.error_description !== undefined && { description: out.error_description }),
      ...(client && { details: [{ name: 'client_id', value: client.clientId }] }),
      ...(wait > 0 && { retryAfter: wait }),
      ...(back && { back }),
    });
    // A popup keeps its opener, so that the way back still reaches the application.
    ctx.set(pages.headers(reader, { popup: true }));
    ctx.body = body;
  };
