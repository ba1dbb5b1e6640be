import type { Document } from '../../store/port.ts';
import { foldUsername } from '../accounts/index.ts';
import { type Bucket, exactId, throttleKey } from './keys.ts';
import { networkOf, siteOf } from './network.ts';

/** One attempt to sign in. */
export interface Attempt {
  /** The name as typed, an address too. Unknown names are counted like known ones. With `factor`, the id of the account. */
  readonly account: string;
  /**
   * Second factors have a count of their own: someone who knows the password must not reset it by typing the password
   * again, and no name that someone types leads to it.
   */
  readonly factor?: 'second factor';
  readonly address: string;
  /** The client that the person comes from. */
  readonly client: string;
  /** `deviceBindingOf` the account. Known devices and addresses are known by it. Absent for a name without an account. */
  readonly knownBy?: string | undefined;
  /** The id of a device that signed in to this account before, out of a cookie whose MAC was verified. */
  readonly device?: string | undefined;
}

/** Where everything about one attempt is kept. */
export const keysOf = ({ account, factor, knownBy, address, client, device }: Attempt, bucket: Bucket) => {
  const name = foldUsername(account);
  const site = siteOf(address);
  const origin = device === undefined ? ['address', networkOf(address)] : ['device', device];
  const counted = factor === undefined ? [name] : [factor, name];
  // A name that someone types must not lead to what belongs to an account.
  const owner = [
    factor ?? 'first factor',
    ...(knownBy === undefined ? ['name', name] : ['account', knownBy]),
  ];
  const originId = exactId(...owner, ...origin);
  // A new password is another secret to guess, but the second factor stays what it was.
  const devicesId = exactId(...(factor === undefined ? owner : [factor, 'account', name]), 'devices');
  const accountBucket = bucket('account', ...counted);
  const pair = bucket('pair', ...counted, site);
  return {
    origin: originId,
    known: throttleKey('knownDevice', originId),
    knownHold: throttleKey('loginHold', originId),
    devices: devicesId,
    knownDevices: throttleKey('knownDevice', devicesId),
    pair,
    hold: throttleKey('loginHold', pair),
    site: bucket('site', site),
    account: accountBucket,
    failures: throttleKey('accountFailures', accountBucket),
    client: bucket('client', client),
  };
};

export type AttemptKeys = ReturnType<typeof keysOf>;

/** What is stored about an attempt before it is made. */
export interface AttemptDocuments {
  readonly known: Document | undefined;
  readonly knownHold: Document | undefined;
  /** What all known devices of the account share. */
  readonly knownDevices: Document | undefined;
  readonly hold: Document | undefined;
  readonly failures: Document | undefined;
}
