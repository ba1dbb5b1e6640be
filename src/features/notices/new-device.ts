import type { Visit } from '../../http/interactions/step.ts';
import type { Account } from '../../services/accounts/index.ts';
import { type Mail, verifiedAddressOf } from '../../services/mail/index.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock } from '../../store/port.ts';
import { type Notice, newDeviceMail } from './message.ts';

const maxAgentLength = 512;
/** The first sign-in of a new account is its owner's. */
const newAccountMs = 3_600_000;

interface Dependencies {
  readonly mail: Mail;
  readonly clock: Clock;
}

/** Called by the sign-in step for a browser that this account hasn't used. The message is stored in the step's commit. */
export const createNotifyNewDevice =
  ({ mail, clock }: Dependencies) =>
  async ({ request, page, work }: Visit, account: Account): Promise<void> => {
    const isNew = clock.now() - (account.createdAt ?? 0) < newAccountMs;
    if (!mail.isEnabled || isNew || verifiedAddressOf(account) === undefined) return;
    const about: Notice = {
      id: newId(16),
      account: account.id,
      at: String(clock.now()),
      language: page.messages.tag,
      address: request.ip,
      agent: (request.headers['user-agent'] ?? '').slice(0, maxAgentLength),
    };
    await mail.send(newDeviceMail, { ...about }, work);
  };
