import type { Claims } from '../accounts/index.ts';
import { type LinkMaker, type OneTimeLink, readMaker, writeMaker } from '../one-time-links/index.ts';

/** The purpose of the link, and the kind of its message. */
export const invitationPurpose = 'invitation';
export const invitationPath = '/account/invitation';

export interface InvitationRecord {
  readonly username?: string | undefined;
  /** The address is in it too, also when it was not proven. */
  readonly claims: Claims;
  readonly groups: readonly string[];
  /** Undefined for an invitation of an earlier release. */
  readonly maker: LinkMaker | undefined;
}

/** What the link holds. */
type InvitationData = Readonly<Record<string, string>>;

export const writeInvitation = ({ username, claims, groups, maker }: InvitationRecord): InvitationData => ({
  claims: JSON.stringify(claims),
  ...(username !== undefined && { username }),
  ...(groups.length > 0 && { groups: JSON.stringify(groups) }),
  ...(maker && writeMaker(maker)),
});

export const readInvitation = ({ data = {} }: Pick<OneTimeLink, 'data'>): InvitationRecord => {
  const { username, claims = '{}', groups = '[]' } = data;
  // `writeInvitation` wrote both.
  return { username, claims: JSON.parse(claims), groups: JSON.parse(groups), maker: readMaker(data) };
};
