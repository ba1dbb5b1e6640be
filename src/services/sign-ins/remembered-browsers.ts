import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import type { Clock } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';

/** One cookie holds this many accounts. The one that was remembered longest ago is dropped first. */
const maxAccounts = 5;
const dayMs = 86_400_000;

interface Entry {
  /** When the second factor was given: milliseconds since the epoch, in base 36. */
  readonly at: string;
  readonly mac: string;
}

interface Dependencies {
  readonly config: { readonly issuer: string; readonly security: Pick<Config['security'], 'factors'> };
  readonly clock: Clock;
  readonly cookieKeys: () => readonly string[];
}

const parseEntries = (cookie: string): readonly Entry[] => {
  const fields = cookie.split('.');
  const entries: Entry[] = [];
  for (let index = 0; index + 1 < fields.length && entries.length < maxAccounts; index += 2) {
    const [at = '', mac = ''] = fields.slice(index, index + 2);
    entries.push({ at, mac });
  }
  return entries;
};

/**
 * A browser that gave a second factor keeps a cookie with the time and a MAC over it and the account. It replaces the
 * second factor only, and only until the password or the factors change, sessions are ended, or the days are over.
 */
export const createRememberedBrowsers = ({ config, clock, cookieKeys }: Dependencies) => {
  const secure = config.issuer.startsWith('https:');
  const name = secure ? '__Host-postern_remembered' : 'postern_remembered';
  const lifetimeMs = config.security.factors.remember_days * dayMs;
  const subject = (account: string, at: string) => ['remembered', account, at] as const;

  const entriesIn = (headers: IncomingHttpHeaders): readonly Entry[] =>
    parseEntries(cookieIn(headers, name) ?? '').filter(
      ({ at }) => Number.parseInt(at, 36) + lifetimeMs > clock.now(),
    );

  const isOf =
    (account: string) =>
    ({ at, mac }: Entry): boolean =>
      verifyMac(mac, subject(account, at), cookieKeys());

  return {
    isOffered: lifetimeMs > 0,

    isRemembered(headers: IncomingHttpHeaders, account: Account, forgottenAt = 0): boolean {
      const { id, passwordChangedAt = 0, signedOutAt = 0, factorAddedAt = 0 } = account;
      const since = Math.max(passwordChangedAt, signedOutAt, factorAddedAt, forgottenAt);
      const entry = entriesIn(headers).find(isOf(id));
      return entry !== undefined && Number.parseInt(entry.at, 36) > since;
    },

    /** `givenAt` is a moment before the second factor was checked, in milliseconds since the epoch. */
    cookieAfterSecondFactor(headers: IncomingHttpHeaders, account: string, givenAt: number): string {
      const at = givenAt.toString(36);
      const entry: Entry = { at, mac: macOf(subject(account, at), cookieKeys()) };
      const others = entriesIn(headers).filter((other) => !isOf(account)(other));
      const value = [entry, ...others]
        .slice(0, maxAccounts)
        .map((one) => `${one.at}.${one.mac}`)
        .join('.');
      return serializeCookie(name, value, { maxAge: lifetimeMs / 1000, secure });
    },
  };
};

export type RememberedBrowsers = ReturnType<typeof createRememberedBrowsers>;
