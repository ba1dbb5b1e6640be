import type { Account } from '../../services/accounts/index.ts';
import type { Mail } from '../../services/mail/index.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { type ResetRequest, resetMail } from './message.ts';

interface Dependencies {
  readonly mail: Mail;
  readonly clock: Clock;
}

interface RequestOptions {
  /** The form that asks for the link ends everything, also when it arrives a second time, as after a double click. */
  readonly mayArriveTwice?: true;
}

const twiceWithinMs = 60_000;

/** Sends the link for a new password to an account that is known, with the commit of the work. */
export const createRequestReset =
  ({ mail, clock }: Dependencies) =>
  async (
    { id, username }: Account,
    work: UnitOfWork,
    { mayArriveTwice }: RequestOptions = {},
  ): Promise<void> => {
    const now = clock.now();
    const about: ResetRequest = {
      id: newId(16),
      account: id,
      login: username,
      at: String(now),
      ...(mayArriveTwice && { repeatedUntil: String(now + twiceWithinMs) }),
    };
    await mail.send(resetMail, { ...about }, work);
  };
