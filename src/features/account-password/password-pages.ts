import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Form } from '../../http/pages/form.ts';
import { renewSignIn } from '../../provider/sessions/renew-sign-in.ts';
import { problemOf } from '../../services/account-forms/index.ts';
import type { AccountPages, AccountVisit } from '../../services/account-pages/index.ts';
import { ifStillSignedIn, isSignInEnded } from '../../services/accounts/index.ts';
import { sessionIdOf } from '../../services/sessions/index.ts';
import { createCheckPassword, isPasswordRight } from '../../services/sign-ins/index.ts';
import { accountPasswordPage, type PasswordProblem } from '../../views/pages/account-password.ts';
import type { AccountPasswordDependencies } from './dependencies.ts';
import { passwordPath } from './paths.ts';

interface Shown {
  readonly problem?: PasswordProblem;
  readonly waitSeconds?: number;
  readonly isDone?: boolean;
}

export const passwordPages = (dependencies: AccountPasswordDependencies) => {
  const { config, store, clock, pages, accounts, sessions, knownDevices, engine } = dependencies;
  const checkPassword = createCheckPassword(dependencies);

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    { frame, account, csrf }: AccountVisit,
    { problem, waitSeconds, isDone = false }: Shown,
  ): FastifyReply => {
    const body = accountPasswordPage(frame, {
      action: passwordPath,
      csrf,
      username: account.username,
      minPasswordLength: config.security.password.min_length,
      hasPassword: account.hasPassword,
      isFixed: account.from === 'configuration',
      isDone,
      problem,
      waitSeconds,
    });
    if (waitSeconds !== undefined)
      return pages.send(request, reply, body, {
        status: 429,
        headers: { 'retry-after': String(waitSeconds) },
      });
    return pages.send(request, reply, body, { status: problem === undefined ? 200 : 422 });
  };

  /** What is wrong with the form; nothing: the person may set this password. */
  const check = async (request: FastifyRequest, form: Form, { account }: AccountVisit): Promise<Shown> => {
    const password = form['password'] ?? '';
    if (account.hasPassword) {
      const current = form['current'] ?? '';
      const { problem, waitSeconds } = await checkPassword(request, account, current);
      if (waitSeconds !== undefined) return { waitSeconds };
      if (problem !== undefined)
        return { problem: problem === 'passwordMissing' ? 'currentMissing' : 'currentWrong' };
      if (current === password) return { problem: 'passwordSame' };
    }
    return password === '' ? { problem: 'passwordMissing' } : {};
  };

  const change = async (
    request: FastifyRequest,
    visit: AccountVisit,
    form: Form,
  ): Promise<readonly string[]> => {
    const { account, session } = visit;
    const offlineToo = form['offline'] === 'yes';
    const changed = await accounts.setPassword(account.id, form['password'] ?? '', {
      keepTokens: !offlineToo,
      check: ifStillSignedIn(account, { endsWithOthers: true }),
    });
    const { passwordChangedAt: at = clock.now() } = changed;
    const renewed = await renewSignIn(
      { provider: engine().provider, store },
      {
        raw: request.raw,
        correlationId: request.id,
        address: request.ip,
        at,
      },
    );
    // The new password has made them void; this removes them, and notifies the applications.
    await sessions.endOthers(account.id, sessionIdOf(session.uid), { offlineToo });
    return [...renewed, knownDevices.cookieAfterSignIn(request.headers, changed, { before: account })];
  };

  /** The form was sent twice, as by a double click, and the first one has set the password. */
  const isRepeated = async (request: FastifyRequest, { account }: AccountVisit, form: Form) =>
    isPasswordRight(await checkPassword(request, account, form['password'] ?? ''));

  return ({ visitOf, requireRecentSignIn }: AccountPages): FastifyPluginAsync =>
    async (scope) => {
      scope.get<{ Querystring: { readonly done?: unknown } }>(
        passwordPath,
        { preHandler: requireRecentSignIn },
        async (request, reply) =>
          send(request, reply, visitOf(request), { isDone: request.query.done === 'yes' }),
      );

      scope.post<{ Body: Form | undefined }>(
        passwordPath,
        { preHandler: requireRecentSignIn },
        async (request, reply) => {
          const visit = visitOf(request);
          const form = request.body ?? {};
          const shown = await check(request, form, visit);
          if (shown.problem !== undefined || shown.waitSeconds !== undefined)
            return send(request, reply, visit, shown);
          const done = () =>
            reply.header('cache-control', 'no-store').redirect(`${passwordPath}?done=yes`, 303);
          let cookies: readonly string[];
          try {
            cookies = await change(request, visit, form);
          } catch (error) {
            if (isSignInEnded(error) && (await isRepeated(request, visit, form))) return done();
            const problem = problemOf(error);
            if (problem === undefined) throw error;
            return send(request, reply, visit, { problem });
          }
          reply.header('set-cookie', cookies);
          return done();
        },
      );
    };
};
