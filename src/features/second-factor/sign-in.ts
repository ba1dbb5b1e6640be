import type { InteractionResults } from 'oidc-provider';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Account } from '../../services/accounts/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { codeMethods, type FirstFactor } from '../../services/sign-ins/index.ts';
import type { SecondFactorDependencies } from './dependencies.ts';

/** A sign-in that has its first factor. */
export interface PendingSignIn {
  readonly account: Account;
  readonly first: FirstFactor;
}

/** For the audit record, and the message to the owner of the account. */
export const whoIn = ({ request, client, page }: Visit) => ({
  address: request.ip,
  correlation: request.id,
  client: client.clientId,
  request: describeRequest(request, page.messages.tag),
});

/** The results of earlier steps, without the first factor. */
export const withoutFirst = (submission: InteractionResults | undefined): InteractionResults => {
  const { first: _, ...others } = submission ?? {};
  return others;
};

interface Finish extends PendingSignIn {
  /** The methods of the second factor. None when it was put off. */
  readonly second?: readonly string[];
  /** A moment before the second factor was checked, in milliseconds since the epoch. */
  readonly at: number;
  readonly cookies?: readonly string[];
}

/** Ends the step with a session. What follows a sign-in follows it here, because the step before didn't complete one. */
export const createFinish =
  ({ events, accounts, completeSignIn, knownDevices, notifyNewDevice }: SecondFactorDependencies) =>
  async (
    visit: Visit,
    { account, first, second = codeMethods, at, cookies = [] }: Finish,
  ): Promise<StepOutcome> => {
    const { client, request, work, interaction } = visit;
    if (account.required?.includes('factor') && second.includes('mfa'))
      await accounts.update(account.id, { required: { remove: ['factor'] } });
    if (first.isNewDevice) notifyNewDevice(visit, account);
    work.afterCommit(() =>
      events.emit({
        type: 'sign-in',
        outcome: 'ok',
        account: account.id,
        client: client.clientId,
        address: request.ip,
        correlation: request.id,
        ...(first.upstream && { details: { upstream: first.upstream.id } }),
      }),
    );
    return {
      // Known devices are those in which a password or a code of this server was typed.
      cookies: first.upstream
        ? cookies
        : [
            knownDevices.cookieAfterSignIn(request.headers, account, { secondFactor: second.length > 0 }),
            ...cookies,
          ],
      finish: {
        ...withoutFirst(interaction.lastSubmission),
        login: completeSignIn.login({
          account,
          amr: first.amr,
          ...(second.length > 0 && { second }),
          at,
          remember: first.remember,
          ...(first.upstream && { upstream: first.upstream }),
        }),
      },
    };
  };

export type FinishSignIn = ReturnType<typeof createFinish>;
