import type { interactionPolicy } from 'oidc-provider';
import { scopeDescriptions } from '#config';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { createReceivedClaims } from '../../provider/claims/claims-for-apis.ts';
import type { Grant } from '../../provider/sessions/session-grant.ts';
import type { Account } from '../../services/accounts/index.ts';
import { signInAsAnother } from '../../services/sign-ins/index.ts';
import { appearanceOf } from './appearance.ts';
import { decisionIn, hasSeen } from './consent-form.ts';
import { renderConsent } from './consent-views.ts';
import type { ConsentDependencies } from './dependencies.ts';
import { addAllowed, rejectDeclined } from './grants.ts';
import { requestedConsent } from './requested-consent.ts';
import { currentGrantId, newGrant } from './session-grant.ts';
import { loadConsent, saveConsent } from './stored-consent.ts';

/** The account was disabled or removed after the sign-in. Without a decision the engine asks for a new sign-in. */
const noDecision = { finish: {} } as const;

/** The session may have got a grant after the page was shown, as by an answer in another tab. */
const findOrCreateGrant = async (
  { provider, interaction, client, work }: Visit,
  accountId: string,
): Promise<Grant> => {
  const session = await provider.Session.findByUid(interaction.session?.uid ?? '');
  // Without the session the engine doesn't resume, and the grant is of no use.
  if (session?.accountId !== accountId) return new provider.Grant({ accountId, clientId: client.clientId });
  const grantId = currentGrantId(session, client);
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  return existing ?? newGrant({ provider, work, session, client });
};

export const createConsentStep = (
  { config, clock, events, accounts }: ConsentDependencies,
  prompt: interactionPolicy.Prompt,
): Step => {
  const emitConsent = (visit: Visit, account: string, outcome: 'ok' | 'refused'): void =>
    visit.work.afterCommit(() =>
      events.emit({
        type: 'consent',
        outcome,
        account,
        client: visit.client.clientId,
        address: visit.request.ip,
        correlation: visit.request.id,
        ...(outcome === 'refused' && { reason: 'access_denied' }),
      }),
    );

  const texts = {
    descriptions: scopeDescriptions(config),
    receivedClaims: createReceivedClaims(config),
  };

  const showPage = async (visit: Visit, account: Account): Promise<StepOutcome> => {
    const remembered = await loadConsent(visit.work, account.id, visit.client);
    return { show: renderConsent(visit, { account, ...remembered, ...texts }) };
  };

  /** The client changed while the person was looking at the page. */
  const showChange = async (visit: Visit, account: Account, form: Form): Promise<StepOutcome> => {
    const { allowed } = await loadConsent(visit.work, account.id, visit.client);
    const remembered = { hasClientChanged: true, ...(allowed && { allowed }) };
    return { show: renderConsent(visit, { account, ...remembered, ...texts, form }), status: 409 };
  };

  return {
    name: 'consent',
    prompt,

    async show(visit): Promise<StepOutcome> {
      const { request, interaction } = visit;
      if (hasQuery(request, 'switch')) return { finish: signInAsAnother };
      const account = await accounts.find(interaction.session?.accountId ?? '');
      return account?.enabled ? showPage(visit, account) : noDecision;
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const { interaction, client, work } = visit;
      const accountId = interaction.session?.accountId ?? '';
      if (form['decision'] !== 'allow') {
        emitConsent(visit, accountId, 'refused');
        return {
          finish: { error: 'access_denied', error_description: 'the person did not allow it' },
        };
      }
      const account = await accounts.find(accountId);
      if (!account?.enabled) return noDecision;
      if (!hasSeen(form, client)) return showChange(visit, account, form);

      const decision = decisionIn(form, requestedConsent(interaction));
      const grant = await findOrCreateGrant(visit, accountId);
      addAllowed(grant, decision.allowed);
      rejectDeclined(grant, decision.declined);
      const grantId = await grant.save();
      await saveConsent(work, {
        account: accountId,
        client,
        decidedAt: clock.now(),
        ...decision,
      });
      emitConsent(visit, accountId, 'ok');
      return { finish: { ...interaction.lastSubmission, consent: { grantId, seen: appearanceOf(client) } } };
    },
  };
};
