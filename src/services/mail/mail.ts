import type { Config } from '#config';
import type { Draft } from '../../store/draft.ts';
import type { Clock } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { UploadedLogo } from '../../views/theme/mail-logo.ts';
import type { Outbox } from '../outbox/index.ts';
import { isMailAddress } from './address.ts';
import { createMailContext, type MailContextIn } from './context.ts';
import { createPreview, type PreviewedMessage } from './preview.ts';
import { createSmtpTransport } from './smtp.ts';
import type { Message } from './transport.ts';

type About = Readonly<Record<string, string>>;

/** Writes the message when it is about to be sent. Undefined sends nothing, as for an account that is gone by now. */
type Compose = (about: About, contextIn: MailContextIn) => Promise<Message | undefined>;

export interface Mail {
  /** Without a mail server nothing is sent, and no page offers what needs mail. */
  readonly isEnabled: boolean;
  /** A request for a message, for a commit together with other writes. Undefined without a mail server. */
  draft(kind: string, about: About): Draft | undefined;
  /** Stores the request for a message with the unit of work, or in a commit without one. `about` holds no secret. */
  send(kind: string, about: About, work?: UnitOfWork): Promise<void>;
  /** Sets what writes messages of a kind. */
  compose(kind: string, compose: Compose): void;
  /** What would have been sent, newest first. Only in development without a mail server. */
  readonly preview: (() => readonly PreviewedMessage[]) | undefined;
  start(): Promise<() => Promise<void>>;
}

interface Dependencies {
  readonly config: Pick<Config, 'issuer' | 'mail' | 'mode' | 'pages'>;
  readonly clock: Clock;
  /** The queue of mail. */
  readonly outbox: Outbox;
  /** The logo of the site from the console. A command sends nothing, so it needs none. */
  readonly uploadedLogo?: () => UploadedLogo | undefined;
}

const disabled: Mail = {
  isEnabled: false,
  preview: undefined,
  draft: () => undefined,
  async send() {},
  compose() {},
  start: async () => async () => {},
};

const deliveryKind = (kind: string): string => `mail.${kind}`;

export const createMail = ({ config, clock, outbox, uploadedLogo = () => undefined }: Dependencies): Mail => {
  const { mail, mode } = config;
  if (mail === undefined && mode === 'production') return disabled;
  const preview = mail === undefined ? createPreview(clock) : undefined;
  const transport = preview ?? (mail && createSmtpTransport(mail));
  if (!transport) return disabled;
  const contextIn = createMailContext(config, uploadedLogo);
  return {
    isEnabled: true,
    preview: preview?.messages,
    draft: (kind, about) => outbox.draft(deliveryKind(kind), about),
    send: (kind, about, work) => outbox.send(deliveryKind(kind), about, work),
    compose(kind, compose) {
      outbox.handle(deliveryKind(kind), async (about) => {
        const message = await compose(about, contextIn);
        if (message && isMailAddress(message.to)) await transport.send(message);
      });
    },
    async start() {
      const stop = await outbox.start();
      return async () => {
        transport.close();
        await stop();
      };
    },
  };
};
