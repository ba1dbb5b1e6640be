import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
} from 'fastify';
import type { Config } from '#config';
import { macOf, verifyMac } from '../../form-mac.ts';
import { formExpired } from '../../http/pages/form-expired.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { parseUploadForm } from '../../http/pages/upload-form.ts';
import type { Store } from '../../store/port.ts';
import { createSignInRequests } from '../account-pages/index.ts';
import { requirePermission, StepUpRequired } from '../administration/index.ts';
import { type AdmitDependencies, type Admitted, createAdmit, recentSeconds, timeForForm } from './admit.ts';
import { createFrames } from './frames.ts';
import { createKeptInput } from './kept-input.ts';
import { ownOriginOf } from './own-origin.ts';
import { type ConsoleRequest, pathOf, readForm, textsIn } from './request.ts';
import type { ConsoleAnswer, ConsoleRoute, ConsoleSection, ConsoleVisit } from './section.ts';

interface Dependencies extends AdmitDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly pages: Pages;
  /** Sign forms and the state of a sign-in, newest first. */
  readonly cookieKeys: () => readonly string[];
}

interface UploadOptions {
  readonly bodyLimit?: number;
  readonly onRequest?: onRequestAsyncHookHandler;
}

/** Larger than any file that a page takes, so that the page can say what is wrong with it. */
const maxUploadBytes = 1024 * 1024;

/** A POST that comes too late leads to the page with its form. */
const checkForms = (routes: readonly ConsoleRoute[]): void => {
  const shown = new Set(routes.filter(({ method }) => method === 'GET').map(({ path }) => path));
  const missing = routes.filter(({ path }) => !shown.has(path));
  if (missing.length > 0)
    throw new Error(`the console has no page at ${missing.map(({ path }) => path).join(', ')}`);
};

/** The pages of all sections. Their templates and texts are loaded with the first request. */
export const createConsoleScope = (
  dependencies: Dependencies,
  sections: readonly ConsoleSection[],
): FastifyPluginAsync => {
  const { config, clock, pages, cookieKeys } = dependencies;
  const admit = createAdmit(dependencies);
  const signIns = createSignInRequests(dependencies);
  const keptInput = createKeptInput(dependencies);
  const menu = sections.flatMap((section) => section.menu ?? []);
  const routes = sections.flatMap((section) => section.routes);
  checkForms(routes);
  const originOf = config.admin.listen === undefined ? undefined : ownOriginOf(config);
  /** The account pages and the engine are at the main port. */
  const mainOrigin = originOf === undefined ? '' : config.issuer;
  const { frameOf, answerNoRole } = createFrames({ config, pages, menu, mainOrigin });

  const startSignIn = (
    request: FastifyRequest,
    reply: FastifyReply,
    parameters: Readonly<Record<string, string>>,
    returnTo = request.method === 'POST' ? pathOf(request) : request.url,
  ): FastifyReply =>
    signIns.start(request, reply, {
      returnTo,
      parameters,
      ...(originOf && { origin: originOf(request) }),
    });

  /** The person comes back to the form with what was typed. */
  const startFreshSignIn = async (
    request: FastifyRequest<ConsoleRequest>,
    reply: FastifyReply,
    { account, stepUp }: Admitted,
  ): Promise<FastifyReply> => {
    if (request.method !== 'POST') return startSignIn(request, reply, stepUp);
    const path = pathOf(request);
    const kept = await keptInput.keep({ account: account.id, path }, readForm(request.body).form);
    return startSignIn(request, reply, stepUp, `${path}?${new URLSearchParams({ kept })}`);
  };

  const hasRecentSignIn = (request: FastifyRequest, { by: { signedInAt = 0 } }: Admitted): boolean => {
    const maxAge = request.method === 'POST' ? recentSeconds : recentSeconds - timeForForm;
    return Math.floor(clock.now() / 1000) - signedInAt <= maxAge;
  };

  const requireRecentSignIn = (request: FastifyRequest, admitted: Admitted): void => {
    if (!hasRecentSignIn(request, admitted)) throw new StepUpRequired({ maxAge: recentSeconds });
  };

  const csrfSubject = ({ account, session }: Admitted) => ['console form', account.id, session.uid] as const;

  const answer = (request: FastifyRequest, reply: FastifyReply, given: ConsoleAnswer): FastifyReply => {
    if ('page' in given)
      return pages.send(request, reply, given.page, {
        status: given.status ?? 200,
        // A form that comes too late leads to the sign-in, which may be at another port.
        ...(originOf && { formTargets: [config.issuer] }),
      });
    reply.header('cache-control', 'no-store');
    if ('to' in given) return reply.redirect(given.to, 303);
    return reply
      .header('content-disposition', `attachment; filename="${given.name}"`)
      .header('x-content-type-options', 'nosniff')
      .type(given.type)
      .send(given.file);
  };

  const visit = async (
    { method, permission, needsRecentSignIn, load }: ConsoleRoute,
    request: FastifyRequest<ConsoleRequest>,
    admitted: Admitted,
  ): Promise<ConsoleAnswer> => {
    const { by } = admitted;
    const { form, file } = readForm(request.body);
    requirePermission(by, permission);
    if (method === 'POST' && !verifyMac(form['csrf'], csrfSubject(admitted), cookieKeys()))
      throw formExpired();
    if (needsRecentSignIn) requireRecentSignIn(request, admitted);
    const query = textsIn(request.query);
    const place = { account: admitted.account.id, path: pathOf(request) };
    const [handle, frame, kept] = await Promise.all([
      load(),
      frameOf(request, admitted),
      method === 'GET' ? keptInput.find(place, query['kept']) : undefined,
    ]);
    const asked: ConsoleVisit = {
      method,
      by,
      frame: kept === undefined ? frame : { ...frame, isInputKept: true },
      csrf: macOf(csrfSubject(admitted), cookieKeys()),
      params: request.params,
      query,
      form: kept ?? form,
      isKept: kept !== undefined,
      file,
      requireRecentSignIn: () => requireRecentSignIn(request, admitted),
      hasRecentSignIn: hasRecentSignIn(request, admitted),
    };
    return handle(asked);
  };

  /** Undefined when the response was sent: the person has to sign in first, or has no role. */
  const admitOrAnswer = async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Admitted | undefined> => {
    originOf?.(request);
    const admission = await admit(request, reply);
    if (admission.kind === 'administrator') return admission;
    if (admission.kind === 'sign-in') startSignIn(request, reply, admission.parameters);
    else await answerNoRole(request, reply, admission.account.username);
    return undefined;
  };

  const handle = async (
    route: ConsoleRoute,
    request: FastifyRequest<ConsoleRequest>,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const admitted = await admitOrAnswer(request, reply);
    if (admitted === undefined) return reply;
    try {
      return answer(request, reply, await visit(route, request, admitted));
    } catch (error) {
      if (!(error instanceof StepUpRequired)) throw error;
      return startFreshSignIn(request, reply, admitted);
    }
  };

  const addRoute = (scope: FastifyInstance, route: ConsoleRoute, more: UploadOptions = {}): void => {
    scope.route<ConsoleRequest>({
      method: route.method,
      url: route.path,
      // A route takes time and memory at the start, also on servers whose console stays closed.
      exposeHeadRoute: false,
      config: { withoutCustomStyle: true },
      handler: (request, reply) => handle(route, request, reply),
      ...more,
    });
  };

  /** The body is read for those only who may change something with it. */
  const uploads: FastifyPluginAsync = async (scope) => {
    scope.addContentTypeParser(
      'multipart/form-data',
      { parseAs: 'buffer' },
      ({ headers }: FastifyRequest, body: Buffer) => parseUploadForm(headers['content-type'] ?? '', body),
    );
    for (const route of routes.filter(({ takesFile }) => takesFile))
      addRoute(scope, route, {
        bodyLimit: maxUploadBytes,
        async onRequest(request, reply) {
          const admitted = await admitOrAnswer(request, reply);
          if (admitted === undefined) return reply;
          requirePermission(admitted.by, route.permission);
        },
      });
  };

  return async (scope) => {
    for (const route of routes.filter(({ takesFile }) => !takesFile)) addRoute(scope, route);
    await scope.register(uploads);
  };
};
