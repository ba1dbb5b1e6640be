import { choice, optional, secret, section, text } from '../schema/build.ts';

export const mail = optional(
  section(
    'Mail to people: forgotten passwords, invitations, notices. Without this section nothing is sent, and what needs mail is not offered. Development mode without it shows at /dev/mail what would have been sent.',
    {
      url: text(
        'The mail server. smtps: TLS from the start, port 465. smtp: STARTTLS, port 587. The user is a part of the URL, the password is not.',
        {
          format: 'mail-server',
          // A password in it is a mistake, and must not be repeated in the message about it.
          passwordInUrl: true,
          examples: ['smtps://postern@mail.example.com'],
        },
      ),
      password: optional(secret('Password of the user. In production only by `password_file`.')),
      from: text('Sender of every message.', {
        format: 'mailbox',
        examples: ['Example <id@example.com>'],
      }),
      reply_to: optional(text('Where replies go, if not to the sender.', { format: 'mail-address' })),
      starttls: choice(
        ['required', 'optional'],
        'Whether a server at smtp: must offer STARTTLS. optional: without it, messages and the password are sent in clear. A server on this machine may always leave it out.',
        { default: 'required' },
      ),
      ca: optional(
        secret(
          'Certificates (PEM) of the authority that signs the certificate of the mail server, if it is not one that Node trusts.',
        ),
      ),
    },
  ),
);
