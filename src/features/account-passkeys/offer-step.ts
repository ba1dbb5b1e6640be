import { interactionPolicy } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { type Account, isSignInEnded } from '../../services/accounts/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { PasskeyRefused } from '../../services/passkeys/index.ts';
import {
  displayOfAccount,
  findSignedInAccount,
  isPasskeyOffered,
  upstreamToAsk,
  withoutPasskeyOffer,
} from '../../services/sign-ins/index.ts';
import { type PasskeyOfferModel, passkeyOfferPage } from '../../views/pages/passkey-offer.ts';
import type { PasskeysDependencies } from './dependencies.ts';
import { emitPasskeyRefused } from './refused-event.ts';

/** Someone else may sit down at a page that was left open. As on the account pages, adding needs a recent sign-in. */
const maxSignInAgeSeconds = 300;

const finish = ({ interaction }: Visit): StepOutcome => ({
  finish: withoutPasskeyOffer(interaction.lastSubmission),
});

/** Comes after a sign-in by password in a browser that can keep a passkey. The login step asks for it. */
export const createOfferStep = ({
  accounts,
  clock,
  events,
  passkeys,
  strengthOf,
}: PasskeysDependencies): Step => {
  const { Check, Prompt } = interactionPolicy;

  /** Undefined when the sign-in doesn't count any more. */
  const findOwner = async ({ interaction, provider }: Visit): Promise<Account | undefined> => {
    const session = await provider.Session.findByUid(interaction.session?.uid ?? '');
    return session && findSignedInAccount(session, accounts);
  };

  /** A passkey counts as two factors, so a sign-in without the second one of the account must not add it. */
  const mayAdd = async ({ interaction }: Visit, account: Account): Promise<boolean> => {
    const { lastSubmission } = interaction;
    const { ts = 0, amr = [] } = lastSubmission?.login ?? {};
    const isRecent = clock.now() / 1000 - ts <= maxSignInAgeSeconds;
    return (
      isRecent &&
      upstreamToAsk(lastSubmission) === undefined &&
      (await strengthOf(account)).isReachedBy({ amr })
    );
  };

  const purposeOf = ({ interaction }: Visit, account: Account) =>
    ['enrolment', account.id, interaction.uid] as const;

  const show = async (
    visit: Visit,
    account: Account,
    { isRefused = false, waitSeconds }: Partial<Pick<PasskeyOfferModel, 'isRefused' | 'waitSeconds'>> = {},
  ): Promise<StepOutcome> => ({
    show: passkeyOfferPage(visit.page, {
      action: visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      account: displayOfAccount(account),
      options: await passkeys.creationOptions(purposeOf(visit, account), account),
      isRefused,
      waitSeconds,
    }),
    status: waitSeconds !== undefined ? 429 : isRefused ? 422 : 200,
    ...(waitSeconds !== undefined && { headers: { 'retry-after': String(waitSeconds) } }),
  });

  return {
    name: 'passkey_offer',
    prompt: new Prompt(
      { name: 'passkey_offer', requestable: false },
      new Check('passkey_offer', 'the person may create a passkey', 'interaction_required', ({ oidc }) =>
        isPasskeyOffered(oidc.result),
      ),
    ),

    async show(visit) {
      const account = await findOwner(visit);
      return account && (await mayAdd(visit, account)) ? show(visit, account) : finish(visit);
    },

    async submit(visit, form: Form) {
      const account = await findOwner(visit);
      if (!account) return finish(visit);
      const { credential = '' } = form;
      if (credential === '') {
        await passkeys.noteDeclined(account.id);
        return finish(visit);
      }
      if (!(await mayAdd(visit, account))) return finish(visit);
      const { ip: address, id: correlation } = visit.request;
      const by = { client: visit.client.clientId, address, correlation };
      const notice = describeRequest(visit.request, visit.page.messages.tag);
      try {
        const ceremony = { credential, purpose: purposeOf(visit, account) };
        await passkeys.register(account, ceremony, { ...by, notice });
      } catch (error) {
        if (isSignInEnded(error)) return finish(visit);
        if (!(error instanceof PasskeyRefused)) throw error;
        emitPasskeyRefused(events, error, { account: account.id, ...by });
        const { waitSeconds } = error;
        return show(visit, account, waitSeconds === undefined ? { isRefused: true } : { waitSeconds });
      }
      return finish(visit);
    },
  };
};
