import type { preHandlerAsyncHookHandler } from 'fastify';
import { authTimeOf } from '../../provider/sessions/session-auth-time.ts';
import type { Clock } from '../../store/port.ts';
import type { AccountPages, AccountVisit, StrengthOf } from './section.ts';
import type { SignInRequests } from './sign-in-request.ts';

interface Dependencies {
  readonly clock: Clock;
  readonly signIns: SignInRequests;
  readonly visitOf: AccountPages['visitOf'];
  readonly strengthOf: StrengthOf;
}

const maxAgeSeconds = 300;
/** A form that is shown now can be sent for at least this long. */
const timeForForm = 120;

const ageOf = ({ session }: AccountVisit, clock: Clock): number =>
  Math.floor(clock.now() / 1000) - authTimeOf(session);

/**
 * Sends people to the sign-in unless they signed in within five minutes, as strongly as the factors of their account
 * require. A session that was left open, or stolen, is then not enough to take the account over. Asking for a weaker
 * `acr` doesn't help, because the strength of the session itself is what counts.
 */
export const createRequireRecentSignIn =
  ({ clock, signIns, visitOf, strengthOf }: Dependencies): preHandlerAsyncHookHandler =>
  async (request, reply) => {
    const visit = visitOf(request);
    const { acr, amr = [] } = visit.session;
    const strength = await strengthOf(visit.account);
    const isStrong = strength.isReachedBy({ amr, ...(acr !== undefined && { acr }) });
    const isForm = request.method !== 'POST';
    const maxAge = isForm ? maxAgeSeconds - timeForForm : maxAgeSeconds;
    if (isStrong && ageOf(visit, clock) <= maxAge) return;
    const returnTo = isForm ? request.url : (request.url.split('?')[0] ?? request.url);
    // A session that is recent but too weak satisfies any `max_age`.
    const parameters = isStrong
      ? { max_age: String(maxAgeSeconds - timeForForm) }
      : { ...strength.parameters, prompt: 'login' };
    return signIns.start(request, reply, { returnTo, parameters });
  };
