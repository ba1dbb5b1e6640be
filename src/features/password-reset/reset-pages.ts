import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Form } from '../../http/pages/form.ts';
import { type NewAccountProblem, problemOf } from '../../services/account-forms/index.ts';
import { signInMethodsPath } from '../../services/account-pages/index.ts';
import type { Account } from '../../services/accounts/index.ts';
import { linkGone, type OneTimeLink, submitOnce } from '../../services/one-time-links/index.ts';
import { createCheckRepeated } from '../../services/sign-ins/index.ts';
import { passwordResetDonePage, resetPasswordPage } from '../../views/pages/reset-password.ts';
import type { PasswordResetDependencies } from './dependencies.ts';
import { askedAtOf, isOutdated, resetMail } from './message.ts';
import { resetPath } from './paths.ts';

interface WithToken {
  Params: { readonly token: string };
}

/**
 * Links that were asked for before a new password, or before everything that is signed in was ended, and those to an
 * address that changed, are void.
 */
const requireLink = (account: Account, link: OneTimeLink): void => {
  const { enabled, claims } = account;
  if (!enabled || claims['email'] !== link.email || isOutdated(account, askedAtOf(link))) throw linkGone();
};

export const resetPages = (dependencies: PasswordResetDependencies): FastifyPluginAsync => {
  const { config, events, pages, accounts, endEverything, knownDevices, links } = dependencies;
  const checkRepeated = createCheckRepeated(dependencies);

  const findReset = async (token: string): Promise<{ link: OneTimeLink; account: Account }> => {
    const link = await links.find(resetMail, token);
    const account = await accounts.find(link.account ?? '');
    if (!account) throw linkGone();
    requireLink(account, link);
    return { link, account };
  };

  const sendForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    { account, token, problem }: { account: Account; token: string; problem?: NewAccountProblem },
  ): FastifyReply =>
    pages.send(
      request,
      reply,
      resetPasswordPage(pages.pageFor(request), {
        action: `${resetPath}/${token}`,
        account: account.username,
        minPasswordLength: config.security.password.min_length,
        problem,
      }),
      { status: problem === undefined ? 200 : 422 },
    );

  const submit = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { token, password, done }: { token: string; password: string; done: () => FastifyReply },
  ): Promise<FastifyReply> => {
    const { link, account } = await findReset(token);
    if (password === '') return sendForm(request, reply, { account, token, problem: 'passwordMissing' });
    try {
      // An operator may disable the account or change its address while this request is under way.
      const check = (held: Account): void => requireLink(held, link);
      await links.useUp(link, (consume) =>
        accounts.setPassword(account.id, password, { also: [consume], check }),
      );
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      return sendForm(request, reply, { account, token, problem });
    }
    events.emit({
      type: 'password_reset.completed',
      outcome: 'ok',
      account: account.id,
      address: request.ip,
      correlation: request.id,
    });
    await endEverything(account.id);
    // Strangers don't keep the owner waiting, who signs in next.
    const changed = await accounts.find(account.id);
    if (changed) reply.header('set-cookie', knownDevices.cookieAfterSignIn(request.headers, changed));
    return done();
  };

  return async (scope) => {
    scope.get(resetPath, async (request, reply) =>
      pages.send(request, reply, passwordResetDonePage(pages.pageFor(request), { check: signInMethodsPath })),
    );

    scope.get<WithToken>(`${resetPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const { account } = await findReset(token);
      return sendForm(request, reply, { account, token });
    });

    scope.post<WithToken & { Body: Form | undefined }>(`${resetPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const password = request.body?.['password'] ?? '';
      const done = () => reply.header('cache-control', 'no-store').redirect(resetPath, 303);
      return submitOnce({
        submit: () => submit(request, reply, { token, password, done }),
        async isRepeated() {
          const used = await links.findJustUsed(resetMail, token);
          const account = used && (await accounts.find(used.account ?? ''));
          return account !== undefined && checkRepeated(token, account, password);
        },
        done,
      });
    });
  };
};
