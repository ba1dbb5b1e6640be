import type { interactionPolicy } from 'oidc-provider';
import { faceOf } from '../../http/interactions/faces.ts';
import type { EngineClient, Form, Outcome, Step, Visit } from '../../http/interactions/step.ts';
import { currentWork } from '../../store/current-work.ts';
import { type ConsentModel, consentPage } from '../../views/pages/consent.ts';
import { anotherAccount } from '../sign-in/index.ts';
import { addTo, leaveOut } from './grants.ts';
import type { ConsentParts } from './index.ts';
import { nothing, recall, remember } from './memory.ts';
import { asksOf, chosenOf, describe } from './request.ts';

const switchesAccount = ({ request: { query } }: Visit): boolean =>
  typeof query === 'object' && query !== null && 'switch' in query;

/** What it says of itself, and whether anybody here has looked at that. */
const appOf = (client: EngineClient): ConsentModel['client'] => {
  const unverified = client['from_registration'] === true;
  const since = client.clientIdIssuedAt;
  return {
    ...faceOf(client),
    ...(unverified && { unverified }),
    ...(unverified && since !== undefined && { firstSeen: new Date(since * 1000) }),
    ...(client.tosUri !== undefined && { terms: client.tosUri }),
    ...(client.policyUri !== undefined && { policy: client.policyUri }),
  };
};

const local = new Set(['localhost', '127.0.0.1', '[::1]']);

const redirectOf = (uri: unknown): ConsentModel['redirect'] => {
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  return url ? { host: url.host || url.protocol, local: local.has(url.hostname) } : undefined;
};

/** Disabled or removed since: the engine finds that nobody is signed in whom it could ask. */
const signInFirst = { finish: {} } as const;

export const createConsentStep = (
  { config, store, clock, events, accounts }: ConsentParts,
  prompt: interactionPolicy.Prompt,
): Step => {
  const note = (visit: Visit, account: string, outcome: 'ok' | 'refused'): void =>
    currentWork()?.afterCommit(() =>
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

  const grantFor = async ({ provider, interaction, client }: Visit, accountId: string) => {
    const existing = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
    return existing ?? new provider.Grant({ accountId, clientId: client.clientId });
  };

  return {
    name: 'consent',
    prompt,

    async show(visit): Promise<Outcome> {
      const { interaction, client, page } = visit;
      if (switchesAccount(visit)) return { finish: anotherAccount };
      const accountId = interaction.session?.accountId ?? '';
      const account = await accounts.find(accountId);
      if (!account?.enabled) return signInFirst;
      const before = await recall(store, accountId, client.clientId);
      const redirect = redirectOf(interaction.params['redirect_uri']);
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
          client: appOf(client),
          before: before !== undefined,
          ...describe(asksOf(interaction), before ?? nothing, config.scopes, page.messages.tag),
          ...(redirect && { redirect }),
        }),
      };
    },

    async submit(visit: Visit, form: Form): Promise<Outcome> {
      const { interaction, client } = visit;
      const accountId = interaction.session?.accountId ?? '';
      if (form['decision'] !== 'allow') {
        note(visit, accountId, 'refused');
        return {
          finish: { error: 'access_denied', error_description: 'the person did not allow it' },
        };
      }
      if (!(await accounts.find(accountId))?.enabled) return signInFirst;
      const { allowed, left } = chosenOf(asksOf(interaction), form);
      const grant = await grantFor(visit, accountId);
      addTo(grant, allowed);
      leaveOut(grant, left);
      const grantId = await grant.save();
      await remember({ account: accountId, client: client.clientId, allowed, left, at: clock.now() });
      note(visit, accountId, 'ok');
      return { finish: { ...interaction.lastSubmission, consent: { grantId } } };
    },
  };
};
