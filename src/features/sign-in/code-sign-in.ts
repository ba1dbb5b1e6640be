import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { type Account, foldUsername, isProofCurrent } from '../../services/accounts/index.ts';
import { verifiedAddressOf } from '../../services/mail/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { codeMinutes, codesPerHour } from '../../services/one-time-codes/index.ts';
import { takeMessage } from '../../services/throttle/index.ts';
import { newId } from '../../store/new-id.ts';
import {
  type RequestCodeModel,
  requestCodePage,
  type SignInCodeModel,
  signInCodePage,
} from '../../views/pages/sign-in-code.ts';
import { type CodeMessage, signInCodeKind } from './code-message.ts';
import {
  findPendingCode,
  findSentCode,
  type PendingCode,
  putPendingCode,
  sentCodeKey,
} from './code-records.ts';
import type { CodeSignInDependencies } from './dependencies.ts';
import { emitSignInRefused } from './sign-in-events.ts';

const maxLoginLength = 255;

type CodeSignInOutcome =
  | { readonly page: StepOutcome }
  | { readonly account: Account; readonly remember: boolean };

/** A code that is asked for, by a person who is signed in or by a name. */
interface Asked extends Pick<PendingCode, 'login' | 'remember'> {
  readonly sessionAccount: Account | undefined;
}

/** Whether this sign-in has a result for the account already. */
const isAnsweredFor = ({ interaction: { result } }: Visit, { id }: Account): boolean => {
  const first: { readonly accountId?: unknown } = Object(result?.['first']);
  return id === (result?.login?.accountId ?? first.accountId);
};

export const isCodeForm = (form: Form): boolean =>
  form['by'] === 'code' || form['resend'] === 'yes' || form['code'] !== undefined;

export const wantsCode = ({ request }: Visit): boolean => hasQuery(request, 'code');

/** The page, with the choice of another account if that was made before. */
export const codeActionOf = ({ request, action }: Visit): string =>
  `${action}?${hasQuery(request, 'another') ? 'another=yes&' : ''}code=yes`;

const loginPageOf = ({ request, action }: Visit): string =>
  hasQuery(request, 'another') ? `${action}?another=yes` : action;

/**
 * Signs in by a code that is sent to the verified address of the account. The answers are the same for every name,
 * because whether one gets a code is decided in the background, where the message is written. Wrong codes are counted
 * like wrong passwords, and for the network.
 */
export const createCodeSignIn = ({
  config,
  store,
  clock,
  events,
  accounts,
  admission,
  codes,
  mail,
  throttle,
  knownDevices,
}: CodeSignInDependencies) => {
  const { mail_request_per_address: perAddress, mail_per_recipient: perRecipient } = config.security.throttle;
  const perHour = codesPerHour(perRecipient);

  const common = (visit: Visit) => ({
    action: codeActionOf(visit),
    csrf: visit.csrf,
    client: displayOf(visit.client),
    back: loginPageOf(visit),
  });

  const statusOf = (isProblem: boolean, waitSeconds: number | undefined) =>
    waitSeconds === undefined
      ? { status: isProblem ? 422 : 200 }
      : { status: 429, headers: { 'retry-after': String(waitSeconds) } };

  const requestPage = (
    visit: Visit,
    sessionAccount: Account | undefined,
    typed: Partial<RequestCodeModel> = {},
  ): StepOutcome => ({
    show: requestCodePage(visit.page, {
      ...typed,
      ...common(visit),
      login: sessionAccount?.username ?? typed.login,
      isFixed: sessionAccount !== undefined,
      remember: config.pages.remember_me ? (typed.remember ?? false) : undefined,
    }),
    ...statusOf(typed.isMissing === true, typed.waitSeconds),
  });

  const codePage = (
    visit: Visit,
    { login }: PendingCode,
    more: Pick<SignInCodeModel, 'problem' | 'waitSeconds'> = {},
  ): StepOutcome => ({
    show: signInCodePage(visit.page, {
      ...more,
      ...common(visit),
      login,
      changeTo: `${codeActionOf(visit)}&change=yes`,
    }),
    ...statusOf(more.problem !== undefined, more.waitSeconds),
  });

  /** Beyond the limit of the name the page is the same, and an earlier code stays good. */
  const sendCode = async (
    visit: Visit,
    { login, remember, sessionAccount }: Asked,
    former?: PendingCode,
  ): Promise<StepOutcome> => {
    const { request, interaction, page, work } = visit;
    const account = sessionAccount ?? (await accounts.findByNameOrAddress(login));
    const isKnownDevice = knownDevices.findDevice(request.headers, account) !== undefined;
    const isAllowed = await takeMessage(throttle, {
      what: 'sign-in code',
      name: foldUsername(login),
      address: request.ip,
      isKnownDevice,
      perHour,
    });
    const fresh = { codeId: newId(16), login, remember, sentAt: clock.now() };
    const pending = isAllowed || !former ? fresh : former;
    work.stage(putPendingCode(interaction.uid, pending));
    if (isAllowed) {
      const about: CodeMessage = {
        id: pending.codeId,
        login,
        at: String(clock.now()),
        correlation: request.id,
        ...describeRequest(request, page.messages.tag),
        ...(sessionAccount && { account: sessionAccount.id }),
        ...(isKnownDevice && { device: 'known' }),
      };
      await mail.send(signInCodeKind, { ...about }, work);
    }
    return codePage(visit, pending);
  };

  const request = async (
    visit: Visit,
    form: Form,
    sessionAccount: Account | undefined,
  ): Promise<StepOutcome> => {
    const login = sessionAccount?.username ?? (form['login'] ?? '').trim().slice(0, maxLoginLength);
    const remember = form['remember'] === 'yes';
    if (login === '') return requestPage(visit, sessionAccount, { login, remember, isMissing: true });
    const verdict = await throttle.takeByAddress('mail', visit.request.ip, perAddress);
    if (!verdict.allowed)
      return requestPage(visit, sessionAccount, { login, remember, waitSeconds: verdict.waitSeconds });
    admission.assertRoomToLast();
    return sendCode(visit, { login, remember, sessionAccount });
  };

  const resend = async (
    visit: Visit,
    pending: PendingCode,
    sessionAccount: Account | undefined,
  ): Promise<StepOutcome> => {
    const verdict = await throttle.takeByAddress('mail', visit.request.ip, perAddress);
    if (!verdict.allowed) return codePage(visit, pending, { waitSeconds: verdict.waitSeconds });
    return sendCode(visit, { ...pending, sessionAccount }, pending);
  };

  /**
   * The account that the code was sent to, unless something has changed about it since. A code that was used is good for
   * the form that is sent twice, as by a double click: the sign-in has the same result already.
   */
  const findReceiver = async (
    visit: Visit,
    { codeId, sentAt }: PendingCode,
    sessionAccount: Account | undefined,
  ): Promise<Account | undefined> => {
    const sent = await findSentCode(store, codeId);
    const account = sent && (await accounts.find(sent.account));
    if (!sent || !account?.enabled || verifiedAddressOf(account) !== sent.email) return undefined;
    if (sent.isUsed && !isAnsweredFor(visit, account)) return undefined;
    if (sessionAccount && sessionAccount.id !== account.id) return undefined;
    return isProofCurrent(account, sentAt) ? account : undefined;
  };

  const check = async (
    visit: Visit,
    pending: PendingCode,
    { typed, sessionAccount }: { typed: string; sessionAccount: Account | undefined },
  ): Promise<CodeSignInOutcome> => {
    if (typed.trim() === '') return { page: codePage(visit, pending, { problem: 'missing' }) };
    if (clock.now() - pending.sentAt > codeMinutes * 60_000)
      return { page: codePage(visit, pending, { problem: 'expired' }) };
    const { login } = pending;
    const tried = {
      name: login,
      account: sessionAccount ?? (await accounts.findByNameOrAddress(login)),
    };
    const { request, client } = visit;
    const verdict = await throttle.checkCode(knownDevices.attemptOf(tried, request, client.clientId));
    if (!verdict.allowed) {
      emitSignInRefused(events, visit, { reason: 'throttled' });
      return { page: codePage(visit, pending, { waitSeconds: verdict.waitSeconds }) };
    }
    const checked = await codes.check(signInCodeKind, pending.codeId, typed);
    const account = checked === 'right' ? await findReceiver(visit, pending, sessionAccount) : undefined;
    if (!account) {
      await verdict.failed();
      const isUsedUp = checked === 'used up';
      emitSignInRefused(events, visit, {
        reason: isUsedUp ? 'too_many_codes' : 'wrong_code',
        ...(tried.account && { account: tried.account.id }),
      });
      return { page: codePage(visit, pending, { problem: isUsedUp ? 'usedUp' : 'wrong' }) };
    }
    await verdict.succeeded();
    const consume = { op: 'consume', key: sentCodeKey(pending.codeId), at: clock.now() } as const;
    visit.work.stage(consume, { onConflict: () => 'already done' });
    return { account, remember: pending.remember };
  };

  return {
    async show(visit: Visit, sessionAccount: Account | undefined): Promise<StepOutcome> {
      const pending = hasQuery(visit.request, 'change')
        ? undefined
        : await findPendingCode(store, visit.interaction.uid);
      return pending ? codePage(visit, pending) : requestPage(visit, sessionAccount);
    },

    async submit(visit: Visit, form: Form, sessionAccount: Account | undefined): Promise<CodeSignInOutcome> {
      if (form['by'] === 'code') return { page: await request(visit, form, sessionAccount) };
      const pending = await findPendingCode(store, visit.interaction.uid);
      if (!pending) return { page: requestPage(visit, sessionAccount) };
      if (form['resend'] === 'yes') return { page: await resend(visit, pending, sessionAccount) };
      return check(visit, pending, { typed: form['code'] ?? '', sessionAccount });
    },
  };
};

export type CodeSignIn = ReturnType<typeof createCodeSignIn>;
