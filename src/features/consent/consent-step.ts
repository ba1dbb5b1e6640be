import type { interactionPolicy } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { EngineClient, Form, Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import { type ConsentModel, consentPage } from '../../views/pages/consent.ts';
import { signInAsAnother } from '../sign-in/index.ts';
import { addAllowed, rejectDeclined } from './grants.ts';
import type { ConsentDependencies } from './index.ts';
import { decisionOf, describe, requestedConsent } from './requested-consent.ts';
import { loadConsent, nothingAllowed, saveConsent } from './stored-consent.ts';

const isSwitchingAccount = ({ request: { query } }: Visit): boolean =>
  typeof query === 'object' && query !== null && 'switch' in query;

/** What it says of itself, and whether anybody here has looked at that. */
const describeClient = (client: EngineClient): ConsentModel['client'] => {
  const unverified = client['from_registration'] === true;
  const since = client.clientIdIssuedAt;
  return {
    ...displayOf(client),
    ...(unverified && { unverified }),
    ...(unverified && since !== undefined && { firstSeen: new Date(since * 1000) }),
    ...(client.tosUri !== undefined && { terms: client.tosUri }),
    ...(client.policyUri !== undefined && { policy: client.policyUri }),
  };
};

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

const describeRedirect = (uri: unknown): ConsentModel['redirect'] => {
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  return url ? { host: url.host || url.protocol, local: loopbackHosts.has(url.hostname) } : undefined;
};

/** Disabled or removed since: the engine finds that nobody is signed in whom it could ask. */
const noDecision = { finish: {} } as const;

export const createConsentStep = (
  { config, store, clock, events, accounts }: ConsentDependencies,
  prompt: interactionPolicy.Prompt,
): Step => {
  const emitConsent = (visit: Visit, account: string, outcome: 'ok' | 'refused'): void =>
    currentUnitOfWork()?.afterCommit(() =>
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

  const findOrCreateGrant = async ({ provider, interaction, client }: Visit, accountId: string) => {
    const existing = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
    return existing ?? new provider.Grant({ accountId, clientId: client.clientId });
  };

  return {
    name: 'consent',
    prompt,

    async show(visit): Promise<StepOutcome> {
      const { interaction, client, page } = visit;
      if (isSwitchingAccount(visit)) return { finish: signInAsAnother };
      const accountId = interaction.session?.accountId ?? '';
      const account = await accounts.find(accountId);
      if (!account?.enabled) return noDecision;
      const remembered = await loadConsent(store, accountId, client.clientId);
      const redirect = describeRedirect(interaction.params['redirect_uri']);
      const { email } = account.claims;
      return {
        show: consentPage(page, {
          action: visit.action,
          csrf: visit.csrf,
          account: {
            name: account.username,
            ...(typeof email === 'string' && { detail: email }),
            switchTo: `${visit.action}?switch=yes`,
          },
          client: describeClient(client),
          grantedBefore: remembered !== undefined,
          ...describe(
            requestedConsent(interaction),
            remembered ?? nothingAllowed,
            config.scopes,
            page.messages.tag,
          ),
          ...(redirect && { redirect }),
        }),
      };
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const { interaction, client } = visit;
      const accountId = interaction.session?.accountId ?? '';
      if (form['decision'] !== 'allow') {
        emitConsent(visit, accountId, 'refused');
        return {
          finish: { error: 'access_denied', error_description: 'the person did not allow it' },
        };
      }
      if (!(await accounts.find(accountId))?.enabled) return noDecision;
      const { allowed, declined } = decisionOf(requestedConsent(interaction), form);
      const grant = await findOrCreateGrant(visit, accountId);
      addAllowed(grant, allowed);
      rejectDeclined(grant, declined);
      const grantId = await grant.save();
      await saveConsent({
        account: accountId,
        client: client.clientId,
        allowed,
        declined,
        decidedAt: clock.now(),
      });
      emitConsent(visit, accountId, 'ok');
      return { finish: { ...interaction.lastSubmission, consent: { grantId } } };
    },
  };
};
