import type { MailContextIn, Message } from '../../services/mail/index.ts';
import { codeMinutes } from '../../services/one-time-codes/index.ts';
import { accountExistsMail, signUpCodeMail } from '../../views/mail/sign-up.ts';
import type { CreateAccountDependencies } from './dependencies.ts';

/** The kind of the message, and the purpose of its code. */
export const signUpMail = 'sign-up-code';

/** What the outbox keeps of the message. */
export interface SignUpMessage {
  /** The code is derived from it. */
  readonly id: string;
  readonly to: string;
  readonly language: string;
}

/** The owner of an address that has an account learns of the attempt, and no code is sent. */
export const createComposeSignUp =
  ({ accounts, codes }: Pick<CreateAccountDependencies, 'accounts' | 'codes'>) =>
  async (
    { id = '', to = '', language = '' }: Partial<SignUpMessage>,
    contextIn: MailContextIn,
  ): Promise<Message> => {
    const context = contextIn(language);
    const mail = (await accounts.findByEmail(to))
      ? accountExistsMail(context)
      : signUpCodeMail(context, { code: codes.codeOf(signUpMail, id), minutes: codeMinutes });
    return { to, ...mail };
  };
