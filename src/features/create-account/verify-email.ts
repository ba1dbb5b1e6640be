import type { SecurityEvent } from '../../events.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { type NewAccount, type NewAccountProblem, problemOf } from '../../services/account-forms/index.ts';
import { type Account, type Claims, foldUsername } from '../../services/accounts/index.ts';
import { mailboxOf } from '../../services/mail/index.ts';
import { codeMinutes, codesPerHour } from '../../services/one-time-codes/index.ts';
import { siteOf, takeMessage, takeMessageToDomain, type Verdict } from '../../services/throttle/index.ts';
import { Conflict } from '../../store/errors.ts';
import { newId } from '../../store/new-id.ts';
import { kinds } from '../../store/record-kinds.ts';
import { type EmailCodeModel, emailCodePage } from '../../views/pages/email-code.ts';
import type { CreateAccountDependencies } from './dependencies.ts';
import { type SignUpMessage, signUpMail } from './message.ts';
import { findPending, type PendingSignUp, pendingKey, putPending } from './pending-sign-up.ts';

/** What a code led to: a page of this step, an account, or a problem of the form that was sent before the code. */
type Verified =
  | { readonly page: StepOutcome }
  | { readonly account: Account }
  | { readonly typed: PendingSignUp; readonly problem: NewAccountProblem };

/**
 * The account is created only after the code was typed, so an account for the address of another person can not be
 * prepared. The code is bound to the interaction, which belongs to one browser. Whether an address has an account is
 * found out when the message is written, so no answer depends on it.
 */
export const createVerifyEmail = ({
  config,
  store,
  clock,
  accounts,
  codes,
  events,
  mail,
  throttle,
}: CreateAccountDependencies) => {
  const { mail_request_per_address: perAddress, mail_per_recipient: perRecipient } = config.security.throttle;
  const perHour = codesPerHour(perRecipient);

  const page = (visit: Visit, email: string, more: Partial<EmailCodeModel> = {}): StepOutcome => ({
    show: emailCodePage(visit.page, {
      ...more,
      action: visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      email,
      changeTo: `${visit.action}?change=yes`,
    }),
    status: more.problem !== undefined ? 422 : 200,
  });

  const waitPage = (visit: Visit, email: string, waitSeconds: number): StepOutcome => ({
    ...page(visit, email, { waitSeconds }),
    status: 429,
    headers: { 'retry-after': String(waitSeconds) },
  });

  /**
   * Beyond the limit of the address the page is the same, and earlier codes stay good. A code that isn't sent opens
   * nothing: otherwise every new form would be five more guesses.
   */
  const sendCode = async (
    visit: Visit,
    form: Omit<PendingSignUp, 'codeId' | 'sentAt' | 'isSent'>,
    former?: PendingSignUp,
  ): Promise<StepOutcome> => {
    const { uid } = visit.interaction;
    const isAllowed = await takeMessage(throttle, {
      what: 'sign-up code',
      name: foldUsername(mailboxOf(form.email)),
      address: visit.request.ip,
      isKnownDevice: false,
      perHour,
    });
    const sent = { codeId: newId(16), sentAt: clock.now(), isSent: isAllowed };
    const pending = { ...form, ...(isAllowed || !former ? sent : former) };
    visit.work.stage(putPending(uid, pending));
    if (isAllowed) {
      const about: SignUpMessage = { id: sent.codeId, to: form.email, language: visit.page.messages.tag };
      await mail.send(signUpMail, { ...about }, visit.work);
    }
    return page(visit, form.email);
  };

  const emitRefused = (visit: Visit, reason: string): void => {
    const event: SecurityEvent = {
      type: 'sign-up',
      outcome: 'refused',
      reason,
      client: visit.client.clientId,
      address: visit.request.ip,
      correlation: visit.request.id,
    };
    events.emit(event);
  };

  const takeDomain = (visit: Visit, email: string): Promise<Verdict> =>
    takeMessageToDomain(throttle, config, { email, address: visit.request.ip });

  const resend = async (visit: Visit, pending: PendingSignUp): Promise<StepOutcome> => {
    const ofAddress = await throttle.takeByAddress('mail', visit.request.ip, perAddress);
    const verdict = ofAddress.allowed ? await takeDomain(visit, pending.email) : ofAddress;
    if (verdict.allowed) return sendCode(visit, pending, pending);
    return waitPage(visit, pending.email, verdict.waitSeconds);
  };

  /** The form was sent twice, as by a double click: both lead to the account. */
  const findJustCreated = async ({ login, email, sentAt }: PendingSignUp): Promise<Account | undefined> => {
    const account = await accounts.findByUsername(login);
    const isNew = (account?.createdAt ?? 0) >= sentAt && account?.claims['email'] === email;
    return isNew ? account : undefined;
  };

  const createAccount = async (visit: Visit, pending: PendingSignUp): Promise<Verified> => {
    const { login: username, name, email, passwordHash, profile } = pending;
    // The message to an address that has an account had no code, or the address was verified meanwhile.
    if (await accounts.findByEmail(email)) {
      const account = await findJustCreated(pending);
      return account ? { account } : { typed: pending, problem: 'emailTaken' };
    }
    const claims = { ...profile, email, email_verified: true, ...(name !== '' && { name }) };
    const consume = {
      op: 'consume' as const,
      key: pendingKey(visit.interaction.uid),
      at: clock.now(),
    };
    try {
      const account = await accounts.add(
        { username, passwordHash, claims, nameGivenBy: 'person' },
        { also: [consume] },
      );
      return { account };
    } catch (error) {
      const wasUsed = error instanceof Conflict && error.key.kind === kinds.pendingSignUp;
      const problem = problemOf(error);
      if (!wasUsed && problem === undefined) throw error;
      const account = await findJustCreated(pending);
      if (account) return { account };
      if (problem === undefined) throw error;
      return { typed: pending, problem };
    }
  };

  return {
    /** Asked before a code is sent for a form. */
    takeDomain,

    /** After the sign-up form: sends the first code. */
    async begin(
      visit: Visit,
      { login, name, email, password }: NewAccount,
      profile: Claims,
    ): Promise<StepOutcome> {
      const passwordHash = await accounts.hashPassword(password, siteOf(visit.request.ip));
      return sendCode(visit, { login, name, email, passwordHash, profile });
    },

    /** The page for the code, if one was sent. */
    async show(visit: Visit): Promise<StepOutcome | undefined> {
      const found = await findPending(store, visit.interaction.uid);
      return found && !found.isDone ? page(visit, found.pending.email) : undefined;
    },

    /** Undefined for a form of another page of this step. */
    async submit(visit: Visit, form: Form): Promise<Verified | undefined> {
      const isResend = form['resend'] === 'yes';
      const typed = form['code'];
      if (!isResend && typed === undefined) return undefined;
      const found = await findPending(store, visit.interaction.uid);
      if (!found) return undefined;
      const { pending, isDone } = found;
      const { email, codeId, sentAt, isSent = true } = pending;
      if (isDone) {
        const account = await findJustCreated(pending);
        return account && { account };
      }
      if (isResend) return { page: await resend(visit, pending) };
      if (typed === undefined || typed.trim() === '')
        return { page: page(visit, email, { problem: 'missing' }) };
      if (clock.now() - sentAt > codeMinutes * 60_000)
        return { page: page(visit, email, { problem: 'expired' }) };
      const verdict = await throttle.checkNetwork('sign-up code', visit.request.ip);
      if (!verdict.allowed) {
        emitRefused(visit, 'throttled');
        return { page: waitPage(visit, email, verdict.waitSeconds) };
      }
      const checked = await codes.check(signUpMail, codeId, typed);
      const result = checked === 'right' && !isSent ? 'wrong' : checked;
      if (result === 'right') {
        await verdict.succeeded();
        return createAccount(visit, pending);
      }
      await verdict.failed();
      emitRefused(visit, result === 'wrong' ? 'wrong_code' : 'too_many_codes');
      return { page: page(visit, email, { problem: result === 'wrong' ? 'wrong' : 'usedUp' }) };
    },
  };
};
