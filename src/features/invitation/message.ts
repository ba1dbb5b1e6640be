import { Failure } from '../../errors.ts';
import {
  type InvitationMessage,
  invitationPath,
  invitationPurpose,
} from '../../services/invitations/index.ts';
import type { MailContextIn, Message } from '../../services/mail/index.ts';
import { invitationMail } from '../../views/mail/invitation.ts';
import type { InvitationDependencies } from './dependencies.ts';

export const createComposeInvitation =
  ({ config, links }: Pick<InvitationDependencies, 'config' | 'links'>) =>
  async (about: Partial<InvitationMessage>, contextIn: MailContextIn): Promise<Message | undefined> => {
    const { id = '', to = '', language = '', until } = about;
    const token = links.tokenOf(invitationPurpose, id);
    try {
      await links.find(invitationPurpose, token);
    } catch (error) {
      // It was accepted meanwhile, or has expired.
      if (error instanceof Failure && error.code === 'link_gone') return undefined;
      throw error;
    }
    const href = `${config.issuer}${invitationPath}/${token}`;
    return { to, ...invitationMail(contextIn(language), { href, until: new Date(Number(until)) }) };
  };
