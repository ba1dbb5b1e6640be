import type { FastifyRequest } from 'fastify';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Throttle } from '../throttle/index.ts';
import type { KnownDevices } from './known-devices.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'findForSignIn'>;
  readonly throttle: Pick<Throttle, 'check'>;
  readonly knownDevices: Pick<KnownDevices, 'attemptOf'>;
}

export interface CheckedPassword {
  readonly problem?: 'passwordMissing' | 'passwordWrong';
  /** There were too many wrong passwords. */
  readonly waitSeconds?: number;
}

/** Checks the password of an account outside of a sign-in. Guesses are limited together with those at the sign-in. */
export const createCheckPassword =
  ({ accounts, throttle, knownDevices }: Dependencies) =>
  async (
    request: Pick<FastifyRequest, 'headers' | 'ip'>,
    { id, username }: Account,
    password: string,
  ): Promise<CheckedPassword> => {
    if (password === '') return { problem: 'passwordMissing' };
    const named = await accounts.findForSignIn(username);
    const verdict = await throttle.check(knownDevices.attemptOf(named, request, 'account'));
    if (!verdict.allowed) return { waitSeconds: verdict.waitSeconds };
    const isRight = (await named.authenticate(password))?.id === id;
    await (isRight ? verdict.succeeded() : verdict.failed());
    return isRight ? {} : { problem: 'passwordWrong' };
  };

export const isPasswordRight = ({ problem, waitSeconds }: CheckedPassword): boolean =>
  problem === undefined && waitSeconds === undefined;

const maxRepeats = 10;

/**
 * Whether a form that arrives twice has the password that the first one set. A link that was used must be no place to
 * guess passwords, so the forms of one link are limited.
 */
export const createCheckRepeated =
  ({
    accounts,
    throttle,
  }: {
    readonly accounts: Pick<Accounts, 'authenticate'>;
    readonly throttle: Pick<Throttle, 'take'>;
  }) =>
  async (token: string, { id, username }: Account, password: string): Promise<boolean> => {
    const verdict = await throttle.take('repeated form', token, maxRepeats);
    return verdict.allowed && (await accounts.authenticate(username, password))?.id === id;
  };
