import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import { foldUsername } from '../../services/accounts/index.ts';
import type { Clock } from '../../store/port.ts';

const lifetimeSeconds = 90 * 86_400;
/** One cookie holds this many accounts. The account that signed in longest ago is dropped first. */
const maxAccounts = 5;

interface Entry {
  readonly device: string;
  /** Seconds since the epoch, in base 36. */
  readonly expiresAt: string;
  readonly mac: string;
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

/**
 * After a sign-in the browser keeps a random device id for that account, with a MAC over the id and the user name. The
 * throttle counts attempts from a known device apart, so failures of strangers don't delay the owner. A thief of the
 * cookie gets only the few attempts of one device. The cookie neither names the account nor grants access.
 */
export const createKnownDevices = ({ config, clock, cookieKeys }: Dependencies) => {
  const secure = config.issuer.startsWith('https:');
  const name = secure ? '__Host-postern_device' : 'postern_device';
  const now = (): number => Math.floor(clock.now() / 1000);
  const macSubject = (login: string, { device, expiresAt }: Omit<Entry, 'mac'>) =>
    ['device', foldUsername(login), device, expiresAt] as const;

  const unexpiredEntries = (headers: IncomingHttpHeaders): readonly Entry[] =>
    parseEntries(cookieIn(headers, name) ?? '').filter(
      ({ expiresAt }) => Number.parseInt(expiresAt, 36) > now(),
    );

  const findEntry = (headers: IncomingHttpHeaders, login: string): Entry | undefined =>
    unexpiredEntries(headers).find((entry) => verifyMac(entry.mac, macSubject(login, entry), cookieKeys()));

  return {
    findDevice: (headers: IncomingHttpHeaders, login: string): string | undefined =>
      findEntry(headers, login)?.device,

    /** Renews the entry of this account, or adds one. */
    cookieAfterSignIn(headers: IncomingHttpHeaders, login: string): string {
      const existing = findEntry(headers, login);
      const unsigned = {
        device: existing?.device ?? randomBytes(12).toString('base64url'),
        expiresAt: (now() + lifetimeSeconds).toString(36),
      };
      const entry: Entry = { ...unsigned, mac: macOf(macSubject(login, unsigned), cookieKeys()) };
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
