import type { interactionPolicy } from 'oidc-provider';
import { faceOf } from '../../http/interactions/faces.ts';
import type { Form, Outcome, Step, Visit } from '../../http/interactions/step.ts';
import { consentPage } from '../../views/pages/consent.ts';
import { addTo } from './grants.ts';
import type { ConsentParts } from './index.ts';
import { joined, nothing, recall, remember } from './memory.ts';
import { type Asked, asksOf, chosenOf, describe } from './request.ts';

export const createConsentStep = (
  { config, store, clock, events, accounts }: ConsentParts,
  prompt: InstanceType<typeof interactionPolicy.Prompt>,
): Step => {
  const note = (visit: Visit, account: string, outcome: 'ok' | 'refused'): void =>
    events.emit({
      type: 'consent',
      outcome,
      account,
      client: visit.client.clientId,
      address: visit.request.ip,
      correlation: visit.request.id,
      ...(outcome === 'refused' && { reason: 'access_denied' }),
    });

  const grantFor = async ({ provider, interaction, client }: Visit, accountId: string) => {
    const existing = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
    return existing ?? new provider.Grant({ accountId, clientId: client.clientId });
  };

  return {
    name: 'consent',
    prompt,

    async show(visit): Promise<Outcome> {
      const { interaction, client, page } = visit;
      const accountId = interaction.session?.accountId ?? '';
      const account = await accounts.find(accountId);
      const before = await recall(store, accountId, client.clientId);
      const redirect = URL.parse(String(interaction.params['redirect_uri'] ?? ''));
      const email = account?.claims['email'];
      return {
        show: consentPage(page, {
          action: visit.action,
          csrf: visit.csrf,
          account: {
            name: account?.username ?? accountId,
            ...(typeof email === 'string' && { detail: email }),
          },
          client: {
            ...faceOf(client),
            ...(client['from_registration'] === true && { unverified: true }),
            ...(client.tosUri !== undefined && { terms: client.tosUri }),
            ...(client.policyUri !== undefined && { policy: client.policyUri }),
          },
          before: before !== undefined,
          ...describe(asksOf(interaction), before ?? nothing, config.scopes, page.messages.tag),
          redirect: {
            host: redirect?.host || redirect?.protocol || client.clientId,
            local: ['localhost', '127.0.0.1', '[::1]'].includes(redirect?.hostname ?? ''),
          },
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
      const asked: Asked = asksOf(interaction);
      const { allowed, left } = chosenOf(asked, form);
      const grant = await grantFor(visit, accountId);
      addTo(grant, allowed);
      if (left.length > 0) grant.rejectOIDCScope(left.join(' '));
      const grantId = await grant.save();
      const before = (await recall(store, accountId, client.clientId)) ?? nothing;
      remember(accountId, client.clientId, joined(before, allowed), clock.now());
      note(visit, accountId, 'ok');
      return { finish: { ...interaction.lastSubmission, consent: { grantId } } };
    },
  };
};
