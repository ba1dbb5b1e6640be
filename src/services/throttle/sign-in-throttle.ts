import { randomBytes } from 'node:crypto';
import type { Config } from '#config';
import type { Clock, Store, Write } from '#src/store/port.ts';
import { foldUsername } from '../accounts/index.ts';
import { bucket, exactId, throttleKey } from './keys.ts';
import { networkOf } from './network.ts';
import { createReservedRetries } from './reserved-retry.ts';
import { allowed, refuse, type Verdict } from './verdict.ts';

/** One attempt to sign in. */
export interface Attempt {
  /** The user name as typed. Unknown names are counted like known ones. */
  readonly account: string;
  readonly address: string;
  /** The client that the person comes from. */
  readonly client: string;
  /** The id of a device that signed in to this account before, out of a cookie whose MAC was verified. */
  readonly device?: string;
}

interface Dependencies {
  readonly store: Store;
  readonly limits: Config['security']['throttle'];
  readonly clock: Clock;
  /** Adds one to a counter that starts anew after `windowMs`. */
  readonly count: (name: string, windowMs: number) => Promise<number>;
}

const second = 1000;
const minute = 60 * second;
const failureWindow = 15 * minute;
const knownDeviceLifetime = 30 * 24 * 60 * minute;

/** Where everything about one attempt is kept. A pair is the name with the device, or else with the address. */
const keysOf = ({ account, address, client, device }: Attempt) => {
  const name = foldUsername(account);
  const network = networkOf(address);
  const origin = device === undefined ? ['address', network] : ['device', device];
  const pair = bucket('pair', name, ...origin);
  return {
    pair,
    retry: throttleKey('loginHold', pair),
    known: throttleKey('knownDevice', exactId(name, ...origin)),
    accountDelay: throttleKey('accountDelay', bucket('account', name)),
    account: bucket('account', name),
    address: bucket('address', network),
    client: bucket('client', client),
  };
};

export const createSignInThrottle = ({ store, limits, clock, count }: Dependencies) => {
  const retries = createReservedRetries({ store, clock });
  const maxDelay = limits.sign_in_max_delay_seconds * second;

  /** One second for the first failure over the limit, doubled for each further one, up to the maximum. */
  const delayAfter = (failures: number): number => {
    const over = failures - limits.sign_in_free_attempts;
    return over <= 0 ? 0 : Math.min(second * 2 ** Math.min(over - 1, 30), maxDelay);
  };

  /** How often strangers tried in this minute, as a multiple of the limit. */
  const rate = async (name: string, perMinute: number): Promise<number> =>
    perMinute === 0 ? 0 : (await count(name, minute)) / perMinute;

  return {
    /** The rules of index.ts, in their order. */
    async check(attempt: Attempt): Promise<Verdict> {
      const keys = keysOf(attempt);
      const [retry, known, accountDelay] = await store.read([keys.retry, keys.known, keys.accountDelay]);

      const reserved = retry && (await retries.check(keys.retry, retry));
      if (reserved) return reserved;

      const generation = known === undefined ? '' : String(JSON.parse(known.body).generation);
      const pairDelay = delayAfter(await count(`pair ${keys.pair} ${generation}`, failureWindow));
      if (pairDelay > 0) return retries.reserve(keys.retry, pairDelay);
      if (attempt.device !== undefined || known !== undefined) return allowed;

      const [accountRate, addressRate] = await Promise.all([
        rate(`account ${keys.account}`, limits.sign_in_per_account),
        rate(`address ${keys.address}`, limits.sign_in_per_address),
      ]);
      // Reservations are limited too: an address gets no more of them in a minute than it has attempts.
      if (addressRate > 2) return refuse(minute);
      if (addressRate > 1 || accountRate > 1) return retries.reserve(keys.retry, minute);
      // Counted last. Otherwise one address alone could make everyone wait who comes through this client.
      const clientRate = await rate(`client ${keys.client}`, limits.sign_in_per_client);
      if (clientRate > 1) return retries.reserve(keys.retry, minute);

      const delay = accountDelay === undefined ? 0 : Number(JSON.parse(accountDelay.body).delay);
      return delay > 0 ? retries.reserve(keys.retry, delay) : allowed;
    },
    async failed(attempt: Attempt): Promise<void> {
      const { account, retry, accountDelay } = keysOf(attempt);
      const delay = delayAfter(await count(`failures ${account}`, failureWindow));
      const body = JSON.stringify({ delay });
      const writes: Write[] = [{ op: 'remove', key: retry }];
      if (delay > 0) {
        writes.push({ op: 'put', key: accountDelay, body, expiresAt: clock.now() + failureWindow });
      }
      await store.commit(writes);
    },
    async succeeded(attempt: Attempt): Promise<void> {
      const { retry, known } = keysOf(attempt);
      // A new generation starts a new count, so a person's own successful sign-ins never add up.
      const body = JSON.stringify({ generation: randomBytes(6).toString('base64url') });
      await store.commit([
        { op: 'remove', key: retry },
        { op: 'put', key: known, body, expiresAt: clock.now() + knownDeviceLifetime },
      ]);
    },
  };
};
