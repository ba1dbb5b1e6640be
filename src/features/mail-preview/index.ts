/**
 * Owns `/dev/mail`, which shows what would have been sent. It exists in development without a mail server only. With
 * several workers, each process shows the messages that it took from the outbox.
 */
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Mail } from '../../services/mail/index.ts';
import { mailPreviewPage } from '../../views/pages/mail-preview.ts';

const path = '/dev/mail';

interface Dependencies {
  readonly mail: Pick<Mail, 'preview'>;
  readonly pages: Pages;
}

export const mailPreview = ({ mail: { preview }, pages }: Dependencies): Feature =>
  preview === undefined
    ? { name: 'mail-preview' }
    : {
        name: 'mail-preview',
        pages: async (scope) => {
          scope.get(path, async (request, reply) => {
            const messages = preview().map(({ at, ...message }) => ({ ...message, at: new Date(at) }));
            return pages.send(request, reply, mailPreviewPage(pages.pageFor(request), { messages }));
          });
        },
      };
