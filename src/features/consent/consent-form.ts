import type { Form } from '../../http/pages/form.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import type { Allowed, Declined } from './allowed.ts';
import { appearanceOf } from './appearance.ts';
import type { RequestedConsent } from './requested-consent.ts';

export const scopeField = (scope: string): string => `scope:${scope}`;
export const claimField = (claim: string): string => `claim:${claim}`;

/** Hidden fields that say what the page shows of a client that can change it. */
export const seenFields = (client: EngineClient): Readonly<Record<string, string>> => {
  const appearance = appearanceOf(client);
  return appearance === '' ? {} : { seen: appearance };
};

/** False when the client has changed since the page was shown. */
export const hasSeen = (form: Form, client: EngineClient): boolean =>
  (form['seen'] ?? '') === appearanceOf(client);

export interface ConsentDecision {
  readonly allowed: Allowed;
  readonly declined: Declined;
}

/** Only optional items have a checkbox, and a browser posts only those that are checked. */
export const decisionIn = (form: Form, requested: RequestedConsent): ConsentDecision => {
  const declined: Declined = {
    scopes: requested.optional.scopes.filter((scope) => form[scopeField(scope)] !== 'yes'),
    claims: requested.optional.claims.filter((claim) => form[claimField(claim)] !== 'yes'),
  };
  return {
    allowed: {
      scopes: requested.scopes.filter((scope) => !declined.scopes.includes(scope)),
      claims: requested.claims.filter((claim) => !declined.claims.includes(claim)),
      resources: requested.resources,
    },
    declined,
  };
};
