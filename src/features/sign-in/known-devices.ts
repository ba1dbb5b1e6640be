import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../http/pages/cookies.ts';
import { sealOf, sealsMatch } from '../../http/pages/seal.ts';
import type { Clock } from '../../store/port.ts';
import { foldName } from '../accounts/index.ts';

const lifetime = 90 * 86_400;
/** Of one browser; the one that signed in longest ago is forgotten first. */
const mostAccounts = 5;

interface Entry {
  readonly device: string;
  /** Seconds since the epoch, in base 36. */
  readonly until: string;
  readonly seal: string;
}

interface Parts {
  readonly config: Pick<Config, 'issuer'>;
  readonly clock: Clock;
  readonly sealKeys: () => readonly string[];
}

const partsOf = (cookie: string): readonly Entry[] => {
  const parts = cookie.split('.');
  const entries: Entry[] = [];
  for (let at = 0; at + 2 < parts.length && entries.length < mostAccounts; at += 3) {
    const [device = '', until = '', seal = ''] = parts.slice(at, at + 3);
    entries.push({ device, until, seal });
  }
  return entries;
};

/**
 * The mark that a browser gets for signing in: an id of its own for each account, sealed together with the name. With
 * it a person does not wait for failures of strangers; whoever stole it has the few tries that one device has. It says
 * nothing of who signed in, and opens nothing.
 */
export const createKnownDevices = ({ config, clock, sealKeys }: Parts) => {
  const secure = config.issuer.startsWith('https:');
  const name = secure ? '__Host-postern_device' : 'postern_device';
  const now = (): number => Math.floor(clock.now() / 1000);
  const subject = (login: string, { device, until }: Omit<Entry, 'seal'>) =>
    ['device', foldName(login), device, until] as const;

  const live = (headers: IncomingHttpHeaders): readonly Entry[] =>
    partsOf(cookieIn(headers, name) ?? '').filter(({ until }) => Number.parseInt(until, 36) > now());

  const entryFor = (headers: IncomingHttpHeaders, login: string): Entry | undefined =>
    live(headers).find((entry) => sealsMatch(entry.seal, subject(login, entry), sealKeys()));

  return {
    deviceFor: (headers: IncomingHttpHeaders, login: string): string | undefined =>
      entryFor(headers, login)?.device,

    /** The cookie after a sign-in as `login`: renewed, or with one more mark. */
    remember(headers: IncomingHttpHeaders, login: string): string {
      const former = entryFor(headers, login);
      const unsealed = {
        device: former?.device ?? randomBytes(12).toString('base64url'),
        until: (now() + lifetime).toString(36),
      };
      const entry: Entry = { ...unsealed, seal: sealOf(subject(login, unsealed), sealKeys()) };
      const others = live(headers).filter(({ device }) => device !== entry.device);
      const value = [entry, ...others]
        .slice(0, mostAccounts)
        .map(({ device, until, seal }) => [device, until, seal].join('.'))
        .join('.');
      return serializeCookie(name, value, { maxAge: lifetime, secure });
    },
  };
};

export type KnownDevices = ReturnType<typeof createKnownDevices>;
