import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { SecurityEvent } from '../../events.ts';
import type { Form } from '../../http/pages/form.ts';
import { formExpired } from '../../http/pages/form-expired.ts';
import { isAllowedDomain } from '../../services/account-forms/index.ts';
import type { AccountPages } from '../../services/account-pages/index.ts';
import {
  type Account,
  foldUsername,
  followsAddress,
  isAddressForUsername,
} from '../../services/accounts/index.ts';
import { isMailAddress, mailboxOf, verifiedAddressOf } from '../../services/mail/index.ts';
import { createCheckPassword, isPasswordRight } from '../../services/sign-ins/index.ts';
import { takeMessage, takeMessageToDomain } from '../../services/throttle/index.ts';
import { newId } from '../../store/new-id.ts';
import { type EmailAddressProblem, emailAddressPage } from '../../views/pages/email-address.ts';
import type { EmailAddressDependencies } from './dependencies.ts';
import { type AddressMessage, confirmMail } from './message.ts';
import { emailPath as path } from './paths.ts';

interface Shown {
  readonly typed?: string;
  readonly problem?: EmailAddressProblem;
  readonly waitSeconds?: number;
  readonly isSent?: boolean;
}

export const emailPages = (dependencies: EmailAddressDependencies) => {
  const { config, clock, events, pages, admission, mail, throttle } = dependencies;
  const checkPassword = createCheckPassword(dependencies);
  const { mail_request_per_address: perAddress, mail_per_recipient: perHour } = config.security.throttle;
  const { email_domains: emailDomains } = config.sign_up;
  const withEmail = config.sign_in.identifiers.includes('email');

  return ({ visitOf, requireRecentSignIn }: AccountPages): FastifyPluginAsync => {
    const send = (
      request: FastifyRequest,
      reply: FastifyReply,
      { typed, problem, waitSeconds, isSent = false }: Shown,
    ): FastifyReply => {
      const { frame, account, csrf } = visitOf(request);
      const { email } = account.claims;
      const body = emailAddressPage(frame, {
        action: path,
        csrf,
        isVerified: verifiedAddressOf(account) !== undefined,
        isFixed: account.from === 'configuration',
        needsPassword: account.hasPassword,
        isSent,
        emailDomains,
        typed,
        problem,
        waitSeconds,
        ...(typeof email === 'string' && { email }),
      });
      const status = waitSeconds === undefined ? (problem === undefined ? 200 : 422) : 429;
      const headers = waitSeconds === undefined ? {} : { 'retry-after': String(waitSeconds) };
      return pages.send(request, reply, body, { status, headers });
    };

    const isNameFor = (account: Account, typed: string): boolean =>
      !followsAddress(account, withEmail) || isAddressForUsername(typed);

    /** What is wrong with the form; nothing: a link may be sent to the address. */
    const check = async (request: FastifyRequest, typed: string, form: Form): Promise<Shown> => {
      const { account } = visitOf(request);
      if (typed === '') return { problem: 'emailMissing' };
      if (!isMailAddress(typed) || !isNameFor(account, typed)) return { problem: 'emailInvalid' };
      if (!isAllowedDomain(typed, emailDomains)) return { problem: 'emailDomain' };
      if (!account.hasPassword) return {};
      const checked = await checkPassword(request, account, form['password'] ?? '');
      return isPasswordRight(checked) ? {} : checked;
    };

    const emitRequested = (
      { ip: address, id: correlation }: FastifyRequest,
      { id: account }: Account,
      result: Pick<SecurityEvent, 'outcome' | 'reason'>,
    ): void => events.emit({ type: 'account.address_requested', account, address, correlation, ...result });

    /**
     * The account is counted first, whichever address it asks for. Otherwise what it may still send would tell which
     * addresses have an account, and each request would be stored.
     */
    const isMessageAllowed = async (
      { ip: address }: FastifyRequest,
      { id }: Account,
      email: string,
    ): Promise<boolean> => {
      // Knowing the account says nothing about the new address.
      const counted = { address, isKnownDevice: false, perHour };
      if (!(await takeMessage(throttle, { ...counted, what: confirmMail, name: id }))) return false;
      if (!(await takeMessageToDomain(throttle, config, { email, address })).allowed) return false;
      return takeMessage(throttle, {
        ...counted,
        what: 'confirm address',
        name: foldUsername(mailboxOf(email)),
      });
    };

    return async (scope) => {
      const sensitive = { preHandler: requireRecentSignIn };

      scope.get<{ Querystring: { readonly sent?: unknown } }>(path, sensitive, async (request, reply) =>
        send(request, reply, { isSent: request.query.sent === 'yes' }),
      );

      scope.post<{ Body: Form | undefined }>(path, sensitive, async (request, reply) => {
        const form = request.body ?? {};
        const { account, frame } = visitOf(request);
        if (account.from === 'configuration') throw formExpired();
        const typed = (form['email'] ?? '').trim().slice(0, 255);
        const shown = await check(request, typed, form);
        if (shown.problem !== undefined || shown.waitSeconds !== undefined)
          return send(request, reply, { ...shown, typed });

        const verdict = await throttle.takeByAddress('mail', request.ip, perAddress);
        if (!verdict.allowed) {
          emitRequested(request, account, { outcome: 'refused', reason: 'throttled' });
          return send(request, reply, { typed, waitSeconds: verdict.waitSeconds });
        }
        admission.assertRoomToLast();
        if (await isMessageAllowed(request, account, typed)) {
          const about: AddressMessage = {
            id: newId(16),
            account: account.id,
            to: typed,
            language: frame.page.messages.tag,
            at: String(clock.now()),
          };
          await mail.send(confirmMail, { ...about });
        }
        emitRequested(request, account, { outcome: 'ok' });
        return reply.header('cache-control', 'no-store').redirect(`${path}?sent=yes`, 303);
      });
    };
  };
};
