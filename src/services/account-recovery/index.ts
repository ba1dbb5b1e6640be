/**
 * Owns what a recovery link is: an operator makes one for a person who lost the password or the device, and passes it on.
 * The command makes it, and features/account-recovery has its page.
 */
import type { Config } from '#config';
import type { Write } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import { type LinkMaker, type OneTimeLinks, writeMaker } from '../one-time-links/index.ts';

/** The purpose of the link. */
export const recoveryPurpose = 'recovery';
export const recoveryPath = '/account/recover';

/** The link is enough to take the account over, so it works for an hour only. */
const lifetimeSeconds = 3600;

interface Dependencies {
  readonly links: Pick<OneTimeLinks, 'draft'>;
  readonly issuer: Config['issuer'];
  readonly now: number;
}

export const draftRecovery = (
  { links, issuer, now }: Dependencies,
  { id }: Account,
  maker: LinkMaker,
): { readonly url: string; readonly until: number; readonly write: Write } => {
  const { token, write } = links.draft(
    { purpose: recoveryPurpose, account: id, data: writeMaker(maker) },
    lifetimeSeconds,
  );
  return { url: `${issuer}${recoveryPath}/${token}`, until: now + lifetimeSeconds * 1000, write };
};
