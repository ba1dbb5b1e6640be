import type { interactionPolicy } from 'oidc-provider';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { signInAsAnother } from '../../services/sign-ins/index.ts';
import { decisionIn } from './consent-form.ts';
import { renderConsent } from './consent-views.ts';
import type { ConsentDependencies } from './dependencies.ts';
import { addAllowed, type Grant, rejectDeclined } from './grants.ts';
import { requestedConsent } from './requested-consent.ts';
import { loadConsent, saveConsent } from './stored-consent.ts';

/** The account was disabled or removed after the sign-in. Without a decision the engine asks for a new sign-in. */
const noDecision = { finish: {} } as const;

const findOrCreateGrant = async (
  { provider, interaction, client }: Visit,
  accountId: string,
): Promise<Grant> => {
  const existing = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
  return existing ?? new provider.Grant({ accountId, clientId: client.clientId });
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

  return {
    name: 'consent',
    prompt,

    async show(visit): Promise<StepOutcome> {
      const { request, interaction, client, work } = visit;
      if (hasQuery(request, 'switch')) return { finish: signInAsAnother };
      const account = await accounts.find(interaction.session?.accountId ?? '');
      if (!account?.enabled) return noDecision;
      const remembered = await loadConsent(work, account.id, client.clientId);
      return { show: renderConsent(visit, { account, remembered, descriptions: config.scopes }) };
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
      if (!(await accounts.find(accountId))?.enabled) return noDecision;

      const decision = decisionIn(form, requestedConsent(interaction));
      const grant = await findOrCreateGrant(visit, accountId);
      addAllowed(grant, decision.allowed);
      rejectDeclined(grant, decision.declined);
      const grantId = await grant.save();
      await saveConsent(work, {
        account: accountId,
        client: client.clientId,
        decidedAt: clock.now(),
        ...decision,
      });
      emitConsent(visit, accountId, 'ok');
      return { finish: { ...interaction.lastSubmission, consent: { grantId } } };
    },
  };
};
