import type { Claims } from '../accounts/index.ts';
import type { OneTimeLink } from '../one-time-links/index.ts';

/** The purpose of the link, and the kind of its message. */
export const invitationPurpose = 'invitation';
export const invitationPath = '/account/invitation';

/** Who made an invitation: an administrator, or a command on the server. */
export type InvitationMaker =
  | { readonly kind: 'person' | 'client'; readonly id: string }
  | { readonly kind: 'command' };

export interface InvitationRecord {
  readonly username?: string | undefined;
  /** The address is in it too, also when it was not proven. */
  readonly claims: Claims;
  readonly groups: readonly string[];
  /** Undefined for an invitation of an earlier release. */
  readonly maker: InvitationMaker | undefined;
}

/** What the link holds. */
type InvitationData = Readonly<Record<string, string>>;

export const writeInvitation = ({ username, claims, groups, maker }: InvitationRecord): InvitationData => ({
  claims: JSON.stringify(claims),
  ...(username !== undefined && { username }),
  ...(groups.length > 0 && { groups: JSON.stringify(groups) }),
  ...(maker && { by_kind: maker.kind }),
  ...(maker && maker.kind !== 'command' && { by: maker.id }),
});

const makerIn = ({ by_kind: kind, by: id }: InvitationData): InvitationMaker | undefined => {
  if (kind === 'command') return { kind };
  return (kind === 'person' || kind === 'client') && id !== undefined ? { kind, id } : undefined;
};

export const readInvitation = ({ data = {} }: Pick<OneTimeLink, 'data'>): InvitationRecord => {
  const { username, claims = '{}', groups = '[]' } = data;
  // `writeInvitation` wrote both.
  return { username, claims: JSON.parse(claims), groups: JSON.parse(groups), maker: makerIn(data) };
};
