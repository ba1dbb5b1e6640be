import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Form } from '../../http/pages/form.ts';
import { type NewAccountProblem, problemOf } from '../../services/account-forms/index.ts';
import { signInMethodsPath } from '../../services/account-pages/index.ts';
import { recoveryPath, recoveryPurpose } from '../../services/account-recovery/index.ts';
import type { Account } from '../../services/accounts/index.ts';
import { qrCodeOf } from '../../services/factors/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { linkGone, type OneTimeLink, readMaker, submitOnce } from '../../services/one-time-links/index.ts';
import { recoverAccountPage, recoveredPage } from '../../views/pages/recover-account.ts';
import type { SetUpProblem } from '../../views/pages/set-up-factor.ts';
import type { AccountRecoveryDependencies } from './dependencies.ts';

interface WithToken {
  Params: { readonly token: string };
}

interface Shown {
  readonly pending?: string;
  readonly passwordProblem?: NewAccountProblem | undefined;
  readonly codeProblem?: SetUpProblem | undefined;
  readonly isEmpty?: boolean;
}

interface Recovery {
  readonly link: OneTimeLink;
  readonly account: Account;
}

export const recoveryPages = ({
  config,
  events,
  pages,
  accounts,
  factors,
  links,
  endEverything,
  knownDevices,
  hasMakerRight,
}: AccountRecoveryDependencies): FastifyPluginAsync => {
  /** When the account was last recovered, or later. Nothing is signed out of an account of the configuration. */
  const lastChangeOf = async (account: Account): Promise<number> => {
    const { from, passwordChangedAt = 0, signedOutAt = 0 } = account;
    const { forgottenAt = 0 } = from === 'configuration' ? await factors.of(account) : {};
    return Math.max(passwordChangedAt, signedOutAt, forgottenAt);
  };

  /**
   * A link from before the account was recovered is void: it may be in other hands. So is one of a maker who has no right
   * over the account any more, as when the account got a role in the administration.
   */
  const findRecovery = async (token: string): Promise<Recovery> => {
    const link = await links.find(recoveryPurpose, token);
    const account = await accounts.find(link.account ?? '');
    if (!account?.enabled || (await lastChangeOf(account)) >= link.createdAt) throw linkGone();
    const { operatorGroups } = account;
    if (!(await hasMakerRight({ operatorGroups, maker: readMaker(link.data ?? {}) }))) throw linkGone();
    return { link, account };
  };

  const placeOf = ({ token }: OneTimeLink): string => `recovery ${token}`;

  const sendForm = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { link, account }: Recovery,
    { pending = '', passwordProblem, codeProblem, isEmpty = false }: Shown = {},
  ): Promise<FastifyReply> => {
    const place = placeOf(link);
    const app = factors.resume(account, place, pending) ?? factors.begin(account, place);
    const body = recoverAccountPage(pages.pageFor(request), {
      action: `${recoveryPath}/${link.token}`,
      account: account.username,
      minPasswordLength: config.security.password.min_length,
      hasFixedPassword: account.from === 'configuration',
      app: factors.isOffered
        ? { pending: app.pending, secret: app.secret, qr: await qrCodeOf(app.uri) }
        : undefined,
      passwordProblem,
      codeProblem,
      isEmpty,
    });
    const isWrong = passwordProblem !== undefined || codeProblem !== undefined || isEmpty;
    return pages.send(request, reply, body, { status: isWrong ? 422 : 200 });
  };

  const submit = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { token, form }: { readonly token: string; readonly form: Form },
  ): Promise<FastifyReply> => {
    const recovery = await findRecovery(token);
    const { link, account } = recovery;
    const password = account.from === 'configuration' ? '' : (form['password'] ?? '');
    const code = factors.isOffered ? (form['code'] ?? '').trim() : '';
    const pending = form['pending'] ?? '';
    const page = pages.pageFor(request);
    const by = {
      address: request.ip,
      correlation: request.id,
      request: describeRequest(request, page.messages.tag),
    };
    if (password === '' && code === '') return sendForm(request, reply, recovery, { pending, isEmpty: true });
    const app = { place: placeOf(link), pending, code };
    // The code is checked before the password uses the link up.
    const codeProblem = code === '' ? undefined : factors.problemOfNew(account, app);
    if (codeProblem !== undefined) return sendForm(request, reply, recovery, { pending, codeProblem });

    let codes: readonly string[] | undefined;
    try {
      await links.useUp(link, async (consume) => {
        const voidsFormerAddresses = true;
        if (password !== '')
          await accounts.setPassword(account.id, password, { voidsFormerAddresses, also: [consume] });
        if (code === '') return;
        const also = password === '' ? [consume] : [];
        const verdict = await factors.enrol(account, { ...app, by, replace: true, also });
        if (verdict.outcome === 'added') codes = verdict.recoveryCodes;
        else throw linkGone();
      });
    } catch (error) {
      const passwordProblem = problemOf(error);
      if (passwordProblem === undefined) throw error;
      return sendForm(request, reply, recovery, { pending, passwordProblem });
    }
    const { address, correlation } = by;
    const details = { password: password !== '', factor: code !== '' };
    events.emit({
      type: 'account.recovered',
      outcome: 'ok',
      account: account.id,
      address,
      correlation,
      details,
    });
    await endEverything(account.id);
    const changed = password === '' ? undefined : await accounts.find(account.id);
    // Strangers don't keep the owner waiting, who signs in next.
    if (changed) reply.header('set-cookie', knownDevices.cookieAfterSignIn(request.headers, changed));
    if (!codes) return reply.header('cache-control', 'no-store').redirect(recoveryPath, 303);
    return pages.send(request, reply, recoveredPage(page, { codes, check: signInMethodsPath }));
  };

  return async (scope) => {
    scope.get(recoveryPath, async (request, reply) =>
      pages.send(request, reply, recoveredPage(pages.pageFor(request), { check: signInMethodsPath })),
    );

    scope.get<WithToken>(`${recoveryPath}/:token`, async (request, reply) =>
      sendForm(request, reply, await findRecovery(request.params.token)),
    );

    scope.post<WithToken & { Body: Form | undefined }>(`${recoveryPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const form = request.body ?? {};
      return submitOnce({
        submit: () => submit(request, reply, { token, form }),
        isRepeated: async () => (await links.findJustUsed(recoveryPurpose, token)) !== undefined,
        done: () => reply.header('cache-control', 'no-store').redirect(recoveryPath, 303),
      });
    });
  };
};
