import { displayOf } from '../../http/interactions/client-display.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { type UpstreamProblemKind, upstreamProblemPage } from '../../views/pages/upstream.ts';
import { queryNames } from './requests.ts';

interface Problem {
  readonly kind: UpstreamProblemKind;
  readonly upstream: { readonly id: string; readonly name: string };
  /** The client accepts no other way to sign in. */
  readonly isOnlyWay?: true;
}

const statuses: Readonly<Record<UpstreamProblemKind, number>> = {
  unavailable: 503,
  denied: 403,
  invalid: 400,
  not_allowed: 403,
  disabled: 403,
  no_account: 403,
  address_taken: 403,
  other_issuer: 403,
};

/** Says what happened in one sentence, and leads on: again, another way, or back to the application. */
export const showProblem = (visit: Visit, { kind, upstream, isOnlyWay }: Problem): StepOutcome => {
  const { page, action, csrf, client } = visit;
  return {
    show: upstreamProblemPage(page, {
      kind,
      action,
      csrf,
      client: displayOf(client),
      upstream: upstream.name,
      // Going there again helps only if the answer may be another one.
      ...(kind !== 'not_allowed' && {
        again: `${action}?${queryNames.with}=${encodeURIComponent(upstream.id)}`,
      }),
      ...(!isOnlyWay && { otherWays: `${action}?${queryNames.choose}=yes` }),
    }),
    status: statuses[kind],
  };
};

/** The form that leads back to the application. RFC 6749 §4.1.2.1 has a code of its own for a server that is down. */
export const backToApplication = (form: Form): StepOutcome | undefined => {
  if (form['back'] === undefined) return undefined;
  return form['back'] === 'unavailable'
    ? {
        finish: {
          error: 'temporarily_unavailable',
          error_description: 'the identity provider of this person can not be reached',
        },
      }
    : {
        finish: {
          error: 'access_denied',
          error_description: 'the sign-in by an identity provider was refused',
        },
      };
};
