import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import { accountSignInHref } from '../../services/account-pages/index.ts';
import { type Account, followsAddress } from '../../services/accounts/index.ts';
import { verifiedAddressOf } from '../../services/mail/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { linkGone, type OneTimeLink, submitOnce } from '../../services/one-time-links/index.ts';
import {
  type CheckedPassword,
  createCheckPassword,
  findReadyAccount,
  isPasswordRight,
  loadSession,
} from '../../services/sign-ins/index.ts';
import { Draft } from '../../store/draft.ts';
import { addressConfirmedPage, confirmAddressPage } from '../../views/pages/email-address.ts';
import type { EmailAddressDependencies } from './dependencies.ts';
import { confirmMail, isOutdated } from './message.ts';
import { confirmedPath, emailPath } from './paths.ts';

interface WithToken {
  Params: { readonly token: string };
}

interface Confirmation {
  readonly link: OneTimeLink;
  readonly account: Account;
  readonly email: string;
}

export const confirmPages = (dependencies: EmailAddressDependencies): FastifyPluginAsync => {
  const { config, events, pages, accounts, links, notices, engine } = dependencies;
  const withEmail = config.sign_in.identifiers.includes('email');
  const checkPassword = createCheckPassword(dependencies);

  const findConfirmation = async (token: string): Promise<Confirmation> => {
    const link = await links.find(confirmMail, token);
    const account = await accounts.find(link.account ?? '');
    const { email } = link;
    if (!account?.enabled || email === undefined || isOutdated(account, link.createdAt)) throw linkGone();
    const owner = await accounts.findByEmail(email);
    if (owner && owner.id !== account.id) throw linkGone();
    return { link, account, email };
  };

  /** The link alone proves who reads the mail, and not whose account it is: anyone may have typed the address. */
  const isSignedIn = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { id }: Account,
  ): Promise<boolean> => {
    const session = await loadSession(engine().provider, request, reply);
    return (await findReadyAccount(session, accounts))?.id === id;
  };

  const sendForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    { link: { token }, account, email }: Confirmation,
    shown: CheckedPassword & { readonly needsPassword: boolean },
  ): FastifyReply => {
    const { problem, waitSeconds, needsPassword } = shown;
    // Without a password to type, the person signs in and opens the link again. The address of the link stays out of it.
    const mustSignIn = needsPassword && !account.hasPassword;
    const body = confirmAddressPage(pages.pageFor(request), {
      ...shown,
      ...(mustSignIn && { signIn: accountSignInHref(emailPath) }),
      action: `${emailPath}/${token}`,
      account: account.username,
      email,
    });
    if (waitSeconds !== undefined)
      return pages.send(request, reply, body, {
        status: 429,
        headers: { 'retry-after': String(waitSeconds) },
      });
    if (mustSignIn) return pages.send(request, reply, body, { status: 401 });
    return pages.send(request, reply, body, { status: problem === undefined ? 200 : 422 });
  };

  /** The former address learns of the change in the same commit. */
  const draftNotice = (request: FastifyRequest, before: Account, after: Account) => {
    const to = verifiedAddressOf(before);
    if (to === undefined || to === verifiedAddressOf(after)) return undefined;
    const former = after.formerAddresses?.find(({ email }) => email === to);
    return notices.draft('address-changed', {
      account: after.id,
      to,
      ...(former && { changedAt: String(former.changedAt) }),
      ...describeRequest(request, pages.pageFor(request).messages.tag),
    });
  };

  const confirm = async (request: FastifyRequest, { link, account, email }: Confirmation): Promise<void> => {
    const change = {
      ...(followsAddress(account, withEmail) && { username: email }),
      claims: { email, email_verified: true },
    };
    /** What ends the sign-ins of the account may be committed while this request is under way. */
    const check = (held: Account): void => {
      if (!held.enabled || isOutdated(held, link.createdAt)) throw linkGone();
    };
    try {
      await Draft.commitWith((writesOf) =>
        links.useUp(link, (consume) =>
          accounts.update(account.id, change, {
            also: [consume],
            alsoFor: (before, after) => writesOf(draftNotice(request, before, after)),
            addressGivenBy: 'person',
            check,
          }),
        ),
      );
    } catch (error) {
      // Another account verified it meanwhile.
      throw error instanceof Failure && error.code === 'email_taken' ? linkGone() : error;
    }
    events.emit({
      type: 'account.address_confirmed',
      outcome: 'ok',
      account: account.id,
      address: request.ip,
      correlation: request.id,
    });
  };

  return async (scope) => {
    scope.get(confirmedPath, async (request, reply) =>
      pages.send(request, reply, addressConfirmedPage(pages.pageFor(request))),
    );

    scope.get<WithToken>(`${emailPath}/:token`, async (request, reply) => {
      const confirmation = await findConfirmation(request.params.token);
      const needsPassword = !(await isSignedIn(request, reply, confirmation.account));
      return sendForm(request, reply, confirmation, { needsPassword });
    });

    scope.post<WithToken & { Body: Form | undefined }>(`${emailPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const done = () => reply.header('cache-control', 'no-store').redirect(confirmedPath, 303);
      return submitOnce({
        async submit() {
          const confirmation = await findConfirmation(token);
          const { account } = confirmation;
          if (!(await isSignedIn(request, reply, account))) {
            if (!account.hasPassword) return sendForm(request, reply, confirmation, { needsPassword: true });
            const checked = await checkPassword(request, account, request.body?.['password'] ?? '');
            if (!isPasswordRight(checked))
              return sendForm(request, reply, confirmation, { needsPassword: true, ...checked });
          }
          await confirm(request, confirmation);
          return done();
        },
        isRepeated: async () => (await links.findJustUsed(confirmMail, token)) !== undefined,
        done,
      });
    });
  };
};
