import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import type { Clock } from '../../store/port.ts';
import { type Account, deviceBindingOf, foldUsername, type SignInName } from '../accounts/index.ts';
import type { Attempt } from '../throttle/index.ts';

const lifetimeSeconds = 90 * 86_400;
/** One cookie holds this many accounts. The account that signed in longest ago is dropped first. */
const maxAccounts = 5;

interface Entry {
  readonly device: string;
  /** Seconds since the epoch, in base 36. */
  readonly expiresAt: string;
  readonly mac: string;
}

type Unsigned = Omit<Entry, 'mac'>;

interface SignInInBrowser {
  /** Whether the second factor was given in it, now. What was given before stays. */
  readonly secondFactor?: boolean;
  /** The account before the new password that was set in this browser, by a person who was signed in. */
  readonly before?: Account;
}

interface Dependencies {
  readonly config: Pick<Config, 'issuer'>;
  readonly clock: Clock;
  readonly cookieKeys: () => readonly string[];
}

const parseEntries = (cookie: string): readonly Entry[] => {
  const fields = cookie.split('.');
  const entries: Entry[] = [];
  for (let index = 0; index + 2 < fields.length && entries.length < maxAccounts; index += 3) {
    const [device = '', expiresAt = '', mac = ''] = fields.slice(index, index + 3);
    entries.push({ device, expiresAt, mac });
  }
  return entries;
};

const subjectOf = (account: Account, { device, expiresAt }: Unsigned) =>
  ['known device', deviceBindingOf(account), device, expiresAt] as const;

/** The second factor protects an account from people who read its mail, and so can set its password. */
const subjectOfSecondFactor = (account: Account, entry: Unsigned) =>
  [...subjectOf(account, entry), 'second factor'] as const;

/** What the cookies of 0.1.0 prove. */
const formerSubjectOf = ({ username }: Account, { device, expiresAt }: Unsigned) =>
  ['device', foldUsername(username), device, expiresAt] as const;

/** Whether the account was as it is now when a cookie of 0.1.0 was set, which names no account. */
const isUnchangedSince = (account: Account, { expiresAt }: Unsigned): boolean => {
  const { createdAt = Number.POSITIVE_INFINITY, passwordChangedAt = 0, signedOutAt = 0 } = account;
  const setAt = (Number.parseInt(expiresAt, 36) - lifetimeSeconds) * 1000;
  return setAt > Math.max(createdAt, passwordChangedAt, signedOutAt);
};

/**
 * After a sign-in the browser keeps a random device id, with a MAC over it and over what binds it to the account: another
 * account of the same name doesn't know the device, and neither does this one after a new password. The throttle counts
 * attempts from a known device apart, so failures of strangers don't delay the owner. A thief of the cookie gets only the
 * few attempts of one device. To the second factor, a device is known in which the second factor was given. The cookie
 * neither names the account nor grants access.
 */
export const createKnownDevices = ({ config, clock, cookieKeys }: Dependencies) => {
  const secure = config.issuer.startsWith('https:');
  const name = secure ? '__Host-postern_device' : 'postern_device';
  const now = (): number => Math.floor(clock.now() / 1000);

  const unexpiredEntries = (headers: IncomingHttpHeaders): readonly Entry[] =>
    parseEntries(cookieIn(headers, name) ?? '').filter(
      ({ expiresAt }) => Number.parseInt(expiresAt, 36) > now(),
    );

  const gaveSecondFactor = (account: Account, entry: Entry): boolean =>
    verifyMac(entry.mac, subjectOfSecondFactor(account, entry), cookieKeys());

  const findEntry = (headers: IncomingHttpHeaders, account: Account): Entry | undefined =>
    unexpiredEntries(headers).find(
      (entry) =>
        gaveSecondFactor(account, entry) ||
        verifyMac(entry.mac, subjectOf(account, entry), cookieKeys()) ||
        (isUnchangedSince(account, entry) &&
          verifyMac(entry.mac, formerSubjectOf(account, entry), cookieKeys())),
    );

  const findDevice = (headers: IncomingHttpHeaders, account: Account | undefined): string | undefined =>
    account && findEntry(headers, account)?.device;

  /** What is known of this browser: by the account as it is, or as it was before the new password that was set in it. */
  const findKnown = (headers: IncomingHttpHeaders, accounts: readonly (Account | undefined)[]) => {
    for (const account of accounts) {
      const entry = account && findEntry(headers, account);
      if (entry) return { device: entry.device, hasSecondFactor: gaveSecondFactor(account, entry) };
    }
    return { device: randomBytes(12).toString('base64url'), hasSecondFactor: false };
  };

  return {
    /** The id of this device, if the account signed in on it before. */
    findDevice,

    /** What the throttle is asked before a password or a code is checked. */
    attemptOf: (
      { name: typed, account }: Pick<SignInName, 'name' | 'account'>,
      { headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>,
      client: string,
    ) => ({
      account: typed,
      address: ip,
      client,
      knownBy: account && deviceBindingOf(account),
      device: findDevice(headers, account),
    }),

    /** The same before a code of an app, or a recovery code, is checked. */
    secondFactorAttemptOf(
      account: Account,
      { headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>,
      client: string,
    ): Attempt {
      const entry = findEntry(headers, account);
      return {
        account: account.id,
        factor: 'second factor',
        address: ip,
        client,
        knownBy: deviceBindingOf(account),
        device: entry && gaveSecondFactor(account, entry) ? entry.device : undefined,
      };
    },

    /** Renews the entry of this account, or adds one. */
    cookieAfterSignIn(
      headers: IncomingHttpHeaders,
      account: Account,
      { secondFactor = false, before }: SignInInBrowser = {},
    ): string {
      const { device, hasSecondFactor } = findKnown(headers, [account, before]);
      const unsigned = { device, expiresAt: (now() + lifetimeSeconds).toString(36) };
      const subject = secondFactor || hasSecondFactor ? subjectOfSecondFactor : subjectOf;
      const entry: Entry = { ...unsigned, mac: macOf(subject(account, unsigned), cookieKeys()) };
      const others = unexpiredEntries(headers).filter(({ device }) => device !== entry.device);
      const value = [entry, ...others]
        .slice(0, maxAccounts)
        .map(({ device, expiresAt, mac }) => [device, expiresAt, mac].join('.'))
        .join('.');
      return serializeCookie(name, value, { maxAge: lifetimeSeconds, secure });
    },
  };
};

export type KnownDevices = ReturnType<typeof createKnownDevices>;
