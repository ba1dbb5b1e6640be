import type { FastifyRequest } from 'fastify';
import type { Account } from '../../services/accounts/index.ts';
import type { EmailAddressDependencies } from './dependencies.ts';

interface Checked {
  readonly problem?: 'passwordMissing' | 'passwordWrong';
  readonly waitSeconds?: number;
}

/** Checks the password of the account. Guesses are limited like those at the sign-in. */
export const createCheckPassword =
  ({ accounts, throttle }: Pick<EmailAddressDependencies, 'accounts' | 'throttle'>) =>
  async (request: FastifyRequest, { username }: Account, password: string): Promise<Checked> => {
    if (password === '') return { problem: 'passwordMissing' };
    const attempt = { account: username, address: request.ip, client: 'account' };
    const verdict = await throttle.check(attempt);
    if (!verdict.allowed) return { waitSeconds: verdict.waitSeconds };
    const isRight = (await accounts.authenticate(username, password)) !== undefined;
    await (isRight ? verdict.succeeded() : verdict.failed());
    return isRight ? {} : { problem: 'passwordWrong' };
  };
