import type { Form } from '../../http/pages/form.ts';
import type { Allowed, Declined } from './allowed.ts';
import type { RequestedConsent } from './requested-consent.ts';

export const scopeField = (scope: string): string => `scope:${scope}`;
export const claimField = (claim: string): string => `claim:${claim}`;

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
