import { currentContext } from '../request-context.ts';
import { authTimeOf, type SignInTimes, toldAuthTimeOf } from '../sessions/session-auth-time.ts';
import type { Override } from './override.ts';

interface Session extends SignInTimes {
  loginMs?: number | undefined;
  beganAt?: number | undefined;
  authTs?: number | undefined;
  saidTs?: number | undefined;
  loginAccount(details: object): void;
  past(age: number | string): boolean;
  authTime(): number | undefined;
}

const timeIn = (login: Readonly<Record<string, unknown>> = {}, name: string): number | undefined => {
  const time = login[name];
  return typeof time === 'number' ? time : undefined;
};

export const sessionAuthTime: Override = {
  name: 'session-auth-time',
  symbols: ['Session.prototype.loginAccount', 'Session.prototype.past', 'Session.prototype.authTime'],
  reason:
    'The engine knows one time of a sign-in, that of the session here. A person who is signed in at an ' +
    'upstream comes back at once, and may have signed in there yesterday: `max_age` and `auth_time` mean that ' +
    'time (OpenID Connect Core §2, §3.1.2.1). The other time stays what a session lives from, and what a new ' +
    'password makes void.',
  test: 'test/upstreams/age-of-sign-in.test.ts',
  apply(provider, { clock }) {
    // The types of the engine leave out what is replaced here.
    const prototype = provider.Session.prototype as unknown as Session;
    const { loginAccount } = prototype;

    prototype.loginAccount = function (this: Session, details: object) {
      loginAccount.call(this, details);
      const login = currentContext()?.oidc.entities.Interaction?.result?.login;
      this.loginMs = timeIn(login, 'ms');
      this.beganAt = login && clock.now();
      this.authTs = timeIn(login, 'authTs');
      this.saidTs = timeIn(login, 'saidTs');
    };

    prototype.past = function (this: Session, age: number | string) {
      const at = authTimeOf(this);
      return at === 0 || Math.floor(clock.now() / 1000) - at > Number(age);
    };

    prototype.authTime = function (this: Session) {
      return toldAuthTimeOf(this);
    };
  },
};
