import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { macOf, verifyMac } from '../../form-mac.ts';
import type { Form } from '../../http/pages/form.ts';
import { formExpired } from '../../http/pages/form-expired.ts';
import { isAllowedDomain } from '../../services/account-forms/index.ts';
import { accountSignInHref } from '../../services/account-pages/index.ts';
import { type Account, foldUsername } from '../../services/accounts/index.ts';
import { isMailAddress, verifiedAddressOf } from '../../services/mail/index.ts';
import {
  createCheckPassword,
  findReadyAccount,
  isPasswordRight,
  loadSession,
} from '../../services/sign-ins/index.ts';
import { newId } from '../../store/new-id.ts';
import {
  type EmailAddressProblem,
  emailAddressPage,
  notSignedInPage,
} from '../../views/pages/email-address.ts';
import type { EmailAddressDependencies } from './dependencies.ts';
import { confirmMail } from './message.ts';
import { emailPath as path } from './paths.ts';

interface SignedIn {
  readonly account: Account;
  readonly csrf: string;
  readonly isFormValid: (form: Form) => boolean;
}

interface Shown {
  readonly typed?: string;
  readonly problem?: EmailAddressProblem;
  readonly waitSeconds?: number;
  readonly isSent?: boolean;
}

const hour = 3_600_000;

export const emailPages = (dependencies: EmailAddressDependencies): FastifyPluginAsync => {
  const { config, clock, events, pages, accounts, mail, throttle, engine, cookieKeys } = dependencies;
  const checkPassword = createCheckPassword(dependencies);
  const perRecipient = config.security.throttle.mail_per_recipient;

  const findSignedIn = async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<SignedIn | undefined> => {
    const session = await loadSession(engine().provider, request, reply);
    const account = await findReadyAccount(session, accounts);
    if (!account) return undefined;
    const subject = ['email-address', session.uid] as const;
    return {
      account,
      csrf: macOf(subject, cookieKeys()),
      isFormValid: (form) => verifyMac(form['csrf'], subject, cookieKeys()),
    };
  };

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    { account, csrf }: SignedIn,
    { typed, problem, waitSeconds, isSent = false }: Shown,
  ): FastifyReply => {
    const { email } = account.claims;
    const body = emailAddressPage(pages.pageFor(request), {
      action: path,
      csrf,
      isVerified: verifiedAddressOf(account) !== undefined,
      isFixed: account.from === 'configuration',
      isSent,
      emailDomains: config.sign_up.email_domains,
      typed,
      problem,
      waitSeconds,
      ...(typeof email === 'string' && { email }),
    });
    const status = waitSeconds === undefined ? (problem === undefined ? 200 : 422) : 429;
    const headers = waitSeconds === undefined ? {} : { 'retry-after': String(waitSeconds) };
    return pages.send(request, reply, body, { status, headers });
  };

  const sendNotSignedIn = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    pages.send(request, reply, notSignedInPage(pages.pageFor(request), { signIn: accountSignInHref(path) }), {
      status: 401,
    });

  return async (scope) => {
    scope.get<{ Querystring: { readonly sent?: unknown } }>(path, async (request, reply) => {
      const signedIn = await findSignedIn(request, reply);
      if (!signedIn) return sendNotSignedIn(request, reply);
      return send(request, reply, signedIn, { isSent: request.query.sent === 'yes' });
    });

    scope.post<{ Body: Form | undefined }>(path, async (request, reply) => {
      const form = request.body ?? {};
      const signedIn = await findSignedIn(request, reply);
      if (!signedIn?.isFormValid(form)) throw formExpired();
      const { account } = signedIn;
      if (account.from === 'configuration') throw formExpired();
      const typed = (form['email'] ?? '').trim().slice(0, 255);
      if (typed === '') return send(request, reply, signedIn, { typed, problem: 'emailMissing' });
      if (!isMailAddress(typed)) return send(request, reply, signedIn, { typed, problem: 'emailInvalid' });
      if (!isAllowedDomain(typed, config.sign_up.email_domains))
        return send(request, reply, signedIn, { typed, problem: 'emailDomain' });
      // A session that was left open must not be enough to take the account over.
      const checked = await checkPassword(request.ip, account, form['password'] ?? '');
      if (!isPasswordRight(checked)) return send(request, reply, signedIn, { typed, ...checked });

      const { allowed } = await throttle.take('confirm address', foldUsername(typed), perRecipient, hour);
      if (allowed) {
        const { tag: language } = pages.pageFor(request).messages;
        const about = { id: newId(16), account: account.id, to: typed, language, at: String(clock.now()) };
        await mail.send(confirmMail, about);
      }
      events.emit({
        type: 'account.address_requested',
        outcome: 'ok',
        account: account.id,
        address: request.ip,
        correlation: request.id,
      });
      return reply.header('cache-control', 'no-store').redirect(`${path}?sent=yes`, 303);
    });
  };
};
