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

/** Sends the link for a new password to an account that is known, with the commit of the work. */
export const createRequestReset =
  ({ mail, clock }: Dependencies) =>
  async ({ id, username }: Account, work: UnitOfWork): Promise<void> => {
    const about: ResetRequest = { id: newId(16), account: id, login: username, at: String(clock.now()) };
    await mail.send(resetMail, { ...about }, work);
  };
