import type { Visit } from '../../http/interactions/step.ts';
import type { Account } from '../../services/accounts/index.ts';
import { verifiedAddressOf } from '../../services/mail/index.ts';
import { describeRequest, type Notices } from '../../services/notices/index.ts';
import type { Clock } from '../../store/port.ts';

/** The first sign-in of a new account is its owner's. */
const newAccountMs = 3_600_000;

interface Dependencies {
  readonly notices: Notices;
  readonly clock: Clock;
}

/** Called by the sign-in step for a browser that this account hasn't used. The message is stored in the step's commit. */
export const createNotifyNewDevice =
  ({ notices, clock }: Dependencies) =>
  ({ request, page, work }: Visit, account: Account): void => {
    const isNew = clock.now() - (account.createdAt ?? 0) < newAccountMs;
    if (isNew || verifiedAddressOf(account) === undefined) return;
    const about = { account: account.id, ...describeRequest(request, page.messages.tag) };
    notices.draft('new-device', about)?.stageIn(work);
  };
