import { randomBytes } from 'node:crypto';
import type { Config } from '#config';
import { Conflict } from '#src/store/errors.ts';
import type { Clock, Key, Store } from '#src/store/port.ts';
import { foldUsername } from '../accounts/index.ts';
import { bucket, exactId, throttleKey } from './keys.ts';
import { networkOf } from './network.ts';

/** One try to sign in. */
interface Attempt {
  /** The user name as typed; unknown names are counted like known ones. */
  readonly account: string;
  readonly address: string;
  /** The application that the person comes from. */
  readonly client: string;
  /** The id of a device that signed in to this very account before, out of a cookie whose seal was verified. */
  readonly device?: string;
}

type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly waitSeconds: number };

export interface Throttle {
  /** Before the password is looked at. A try that comes too early is not counted and prolongs nothing. */
  check(attempt: Attempt): Promise<Verdict>;
  failed(attempt: Attempt): Promise<void>;
  succeeded(attempt: Attempt): Promise<void>;
  /** A plain limit for anything else: counts one use of `what` by `who` in this minute. `perMinute` 0 is no limit. */
  take(what: string, who: string, perMinute: number): Promise<Verdict>;
}

interface ThrottleOptions {
  readonly store: Store;
  readonly config: { readonly security: Pick<Config['security'], 'throttle'> };
  readonly clock: Clock;
}

const second = 1000;
const minute = 60 * second;
const failureWindow = 15 * minute;
const knownDeviceLifetime = 30 * 24 * 60 * minute;
/** How long after its time a promised try may still be made. */
const retryGrace = 5 * minute;
/** A try that took longer than this ended without a result, as when the server was too busy. */
const attemptTimeout = 10 * second;
const allowed: Verdict = { allowed: true };

const refuse = (milliseconds: number): Verdict => ({
  allowed: false,
  waitSeconds: Math.max(1, Math.ceil(milliseconds / second)),
});

/** Everything about one attempt has its place: the one who tries, and the account, address and client tried. */
const keysOf = ({ account, address, client, device }: Attempt) => {
  const name = foldUsername(account);
  const from = networkOf(address);
  const who = device === undefined ? ['address', from] : ['device', device];
  return {
    counter: bucket('pair', name, ...who),
    hold: throttleKey('hold', bucket('pair', name, ...who)),
    known: throttleKey('known', exactId(name, ...who)),
    accountDelay: throttleKey('heat', bucket('account', name)),
    account: bucket('account', name),
    address: bucket('address', from),
    client: bucket('client', client),
    trusted: device !== undefined,
  };
};

export const createThrottle = ({ store, config, clock }: ThrottleOptions): Throttle => {
  const limits = config.security.throttle;
  const maxDelay = limits.sign_in_max_delay_seconds * second;

  /** 1 s for the first one too many, doubled for each after it, up to the longest. */
  const delay = (count: number): number => {
    const over = count - limits.sign_in_free_attempts;
    return over <= 0 ? 0 : Math.min(second * 2 ** Math.min(over - 1, 30), maxDelay);
  };

  const count = async (name: string, windowMs: number): Promise<number> => {
    const [counted = 1] = await store.increment([`throttle ${name}`], windowMs);
    return counted;
  };

  /** How often strangers tried this minute, as a multiple of what is allowed. */
  const rate = async (name: string, perMinute: number): Promise<number> =>
    perMinute === 0 ? 0 : (await count(name, minute)) / perMinute;

  /** The promise: who comes back after `until` gets one try, whatever others did meanwhile. */
  const reserveRetry = async (hold: Key, delayMs: number): Promise<Verdict> => {
    const until = clock.now() + delayMs;
    try {
      await store.commit([
        { op: 'insert', key: hold, body: JSON.stringify({ until }), expiresAt: until + retryGrace },
      ]);
    } catch (error) {
      // Somebody at the same place was told the same a moment ago.
      if (!(error instanceof Conflict)) throw error;
    }
    return refuse(delayMs);
  };

  const useRetry = async (hold: Key): Promise<Verdict> => {
    try {
      await store.commit([{ op: 'claim', key: hold, at: clock.now() }]);
      return allowed;
    } catch (error) {
      // The one try is being made by another request of theirs.
      if (error instanceof Conflict) return refuse(second);
      throw error;
    }
  };

  return {
    async check(attempt) {
      const places = keysOf(attempt);
      const [hold, known, heat] = await store.read([places.hold, places.known, places.accountDelay]);

      if (hold !== undefined) {
        const left = Number(JSON.parse(hold.body).until) - clock.now();
        if (left > 0) return refuse(left);
        const abandoned =
          hold.consumption !== undefined && hold.consumption.at < clock.now() - attemptTimeout;
        if (!abandoned) return useRetry(places.hold);
        await store.commit([{ op: 'remove', key: places.hold }]);
      }

      const generation = known === undefined ? '' : String(JSON.parse(known.body).generation);
      const own = delay(await count(`pair ${places.counter} ${generation}`, failureWindow));
      if (own > 0) return reserveRetry(places.hold, own);
      if (places.trusted || known !== undefined) return allowed;

      const [onAccount, fromAddress] = await Promise.all([
        rate(`account ${places.account}`, limits.sign_in_per_account),
        rate(`address ${places.address}`, limits.sign_in_per_address),
      ]);
      // Promises are bounded too: one address gets no more of them in a minute than it has tries.
      if (fromAddress > 2) return refuse(minute);
      if (fromAddress > 1 || onAccount > 1) return reserveRetry(places.hold, minute);
      // Counted after these, or one address alone could make everybody wait who comes through this client.
      const throughClient = await rate(`client ${places.client}`, limits.sign_in_per_client);
      if (throughClient > 1) return reserveRetry(places.hold, minute);
      const hot = heat === undefined ? 0 : Number(JSON.parse(heat.body).delay);
      return hot > 0 ? reserveRetry(places.hold, hot) : allowed;
    },
    async failed(attempt) {
      const { account, hold, accountDelay } = keysOf(attempt);
      const hot = delay(await count(`failures ${account}`, failureWindow));
      await store.commit([
        { op: 'remove', key: hold },
        ...(hot === 0
          ? []
          : ([
              {
                op: 'put',
                key: accountDelay,
                body: JSON.stringify({ delay: hot }),
                expiresAt: clock.now() + failureWindow,
              },
            ] as const)),
      ]);
    },
    async succeeded(attempt) {
      const { hold, known } = keysOf(attempt);
      // A new generation starts a new count, so that one's own sign-ins never add up.
      const body = JSON.stringify({ generation: randomBytes(6).toString('base64url') });
      await store.commit([
        { op: 'remove', key: hold },
        { op: 'put', key: known, body, expiresAt: clock.now() + knownDeviceLifetime },
      ]);
    },
    async take(what, who, perMinute) {
      if (perMinute === 0) return allowed;
      const counted = await count(`${what} ${bucket(what, who)}`, minute);
      return counted <= perMinute ? allowed : refuse(minute);
    },
  };
};
