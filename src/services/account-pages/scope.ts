import type {
  FastifyError,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  preHandlerAsyncHookHandler,
} from 'fastify';
import type { Config } from '#config';
import { macOf, verifyMac } from '../../form-mac.ts';
import type { Form } from '../../http/pages/form.ts';
import { formExpired } from '../../http/pages/form-expired.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import { routes } from '../../provider/paths.ts';
import type { Clock, Store } from '../../store/port.ts';
import { signInFailedPage } from '../../views/pages/account-sign-in.ts';
import { type Accounts, isSignInEnded } from '../accounts/index.ts';
import { accountCallbackPath, accountPath } from '../clients/index.ts';
import { displayOfAccount, findReadyAccount, loadSession } from '../sign-ins/index.ts';
import { createRequireRecentSignIn } from './recent-sign-in.ts';
import { redeemCode } from './redeem-code.ts';
import type { AccountPages, AccountSection, AccountVisit, StrengthOf } from './section.ts';
import { accountSignInPath, createSignInRequests } from './sign-in-request.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly accounts: Pick<Accounts, 'find' | 'requirementsOf'>;
  readonly engine: () => Engine;
  /** Sign forms and the state of a sign-in, newest first. */
  readonly cookieKeys: () => readonly string[];
  readonly strengthOf: StrengthOf;
}

interface SignInAnswer {
  Querystring: { readonly code?: unknown; readonly state?: unknown; readonly iss?: unknown };
}

/** The pages of all sections, for people who are signed in, and the two routes that sign them in. */
export const accountScope = (
  dependencies: Dependencies,
  sections: readonly AccountSection[],
): FastifyPluginAsync => {
  const { config, store, clock, pages, accounts, engine, cookieKeys, strengthOf } = dependencies;
  const signIns = createSignInRequests(dependencies);
  const menu = sections.flatMap((section) => section.menu ?? []);
  const visits = new WeakMap<FastifyRequest, AccountVisit>();

  const csrfSubject = ({ account, session }: Pick<AccountVisit, 'account' | 'session'>) =>
    ['account form', account.id, session.uid] as const;

  const startSignIn = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [path = ''] = request.url.split('?');
    return signIns.start(request, reply, { returnTo: request.method === 'POST' ? path : request.url });
  };

  const requireSignIn: preHandlerAsyncHookHandler = async (request, reply) => {
    const session = await loadSession(engine().provider, request, reply);
    const account = await findReadyAccount(session, accounts);
    if (!account) return startSignIn(request, reply);
    const [path = ''] = request.url.split('?');
    const page = pages.pageFor(request);
    const csrf = macOf(csrfSubject({ account, session }), cookieKeys());
    const { zoneinfo: zone } = account.claims;
    const frame = {
      page,
      ...(typeof zone === 'string' && { zone }),
      account: displayOfAccount(account),
      menu: menu
        .filter(({ isShown }) => isShown?.() ?? true)
        .map(({ path: href, label, purpose }) => ({
          href,
          label: label(page.messages),
          purpose: purpose?.(page.messages),
          isCurrent: href === path || (href !== accountPath && path.startsWith(`${href}/`)),
        })),
      signOut: routes.end_session,
    };
    visits.set(request, { account, session, frame, csrf });
  };

  const refuseForgedForms: preHandlerAsyncHookHandler = async (request) => {
    if (request.method !== 'POST') return;
    const form = (request.body ?? {}) as Form;
    if (!verifyMac(form['csrf'], csrfSubject(visitOf(request)), cookieKeys())) throw formExpired();
  };

  const visitOf: AccountPages['visitOf'] = (request) => {
    const visit = visits.get(request);
    if (!visit) throw new Error(`${request.url} is not a route of the account pages`);
    return visit;
  };

  const account: AccountPages = {
    visitOf,
    requireRecentSignIn: createRequireRecentSignIn({ clock, signIns, visitOf, strengthOf }),
    async exportAll(of) {
      const readers = sections.flatMap(({ exports = {} }) => Object.entries(exports));
      return Object.fromEntries(
        await Promise.all(readers.map(async ([name, read]) => [name, await read(of)] as const)),
      );
    },
  };

  const signInRoutes: FastifyPluginAsync = async (scope) => {
    scope.get<{ Querystring: { readonly to?: unknown } }>(accountSignInPath, async (request, reply) => {
      const { to } = request.query;
      return signIns.start(request, reply, { returnTo: typeof to === 'string' ? to : accountPath });
    });

    // Without HEAD, which must not redeem a code (RFC 9110 §9.2.1).
    scope.get<SignInAnswer>(accountCallbackPath, { exposeHeadRoute: false }, async (request, reply) => {
      const { code, state, iss } = request.query;
      const started = typeof state === 'string' ? signIns.find(request, state) : undefined;
      const { provider } = engine();
      const session = await loadSession(provider, request, reply);
      const isGood =
        started !== undefined &&
        typeof code === 'string' &&
        iss === config.issuer &&
        (await redeemCode({ config, store, provider }, { code, started, session }));
      if (!isGood)
        return pages.send(request, reply, signInFailedPage(pages.pageFor(request), { again: accountPath }), {
          status: 400,
        });
      return reply.header('cache-control', 'no-store').redirect(started.returnTo, 303);
    });
  };

  const signedIn: FastifyPluginAsync = async (scope) => {
    const fallback = scope.errorHandler;
    scope.setErrorHandler<FastifyError>((error, request, reply) =>
      isSignInEnded(error) ? startSignIn(request, reply) : fallback.call(scope, error, request, reply),
    );
    scope.addHook('preHandler', requireSignIn);
    scope.addHook('preHandler', refuseForgedForms);
    for (const section of sections) if (section.pages) await scope.register(await section.pages(account));
  };

  return async (scope) => {
    await scope.register(signInRoutes);
    await scope.register(signedIn);
  };
};
