import type { Config } from '#config';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { ReceivedClaims } from '../../provider/claims/claims-for-apis.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { redirectTargetOf } from '../../redirect-target.ts';
import type { Account } from '../../services/accounts/index.ts';
import { displayOfAccount } from '../../services/sign-ins/index.ts';
import { type ConsentModel, consentPage } from '../../views/pages/consent.ts';
import { describeClaims } from '../../views/scopes.ts';
import { type Allowed, nothingAllowed } from './allowed.ts';
import { seenFields } from './consent-form.ts';
import { describeRequest } from './describe-request.ts';
import { requestedConsent } from './requested-consent.ts';

/** A client that registered itself is shown as unverified: the operator has not checked what it says about itself. */
const describeClient = (client: EngineClient): ConsentModel['client'] => {
  const unverified = client['from_registration'] === true;
  const since = client.clientIdIssuedAt;
  return {
    ...displayOf(client),
    ...(unverified && since !== undefined && { firstSeen: new Date(since * 1000) }),
    ...(client.tosUri !== undefined && { terms: client.tosUri }),
    ...(client.policyUri !== undefined && { policy: client.policyUri }),
  };
};

const isLoopback = (host: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);

const describeRedirect = (uri: unknown): ConsentModel['redirect'] => {
  const host = typeof uri === 'string' ? redirectTargetOf(uri) : undefined;
  return host === undefined ? undefined : { host, local: isLoopback(host) };
};

interface ConsentViewOptions {
  readonly account: Account;
  /** What this account allowed this client before; absent: nothing that still counts. */
  readonly allowed?: Allowed;
  readonly hasClientChanged: boolean;
  readonly descriptions: Config['scopes'];
  readonly receivedClaims: ReceivedClaims;
  readonly form?: Form | undefined;
}

export const renderConsent = (
  { interaction, client, page, action, csrf }: Visit,
  { account, allowed, hasClientChanged, descriptions, receivedClaims, form }: ConsentViewOptions,
): string => {
  const redirect = describeRedirect(interaction.params['redirect_uri']);
  const requested = requestedConsent(interaction);
  const remembered = allowed ?? nothingAllowed;
  const scopes = new Set([...requested.scopes, ...remembered.scopes]);
  return consentPage(page, {
    action,
    csrf,
    fields: seenFields(client),
    account: { ...displayOfAccount(account), switchTo: `${action}?switch=yes` },
    client: { ...describeClient(client), ...(hasClientChanged && { hasChanged: true }) },
    grantedBefore: allowed !== undefined,
    ...describeRequest(requested, {
      remembered,
      descriptions,
      language: page.messages.tag,
      received: (audience) =>
        describeClaims(receivedClaims(audience, client, scopes), descriptions, page.messages),
      form,
    }),
    ...(redirect && { redirect }),
  });
};
