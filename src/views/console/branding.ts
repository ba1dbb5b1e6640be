import { html } from '../html.ts';
import type { BrandingMessages } from '../languages/console/branding/messages.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { imagePreview } from './image-form.ts';
import { consolePage } from './layout.ts';
import { doneNotice, moment, table } from './parts.ts';

interface BrandingModel {
  readonly images: readonly {
    readonly name: keyof BrandingMessages['images'];
    /** The key of the configuration that sets it. */
    readonly setting: string | undefined;
    readonly uploaded: { readonly path: string; readonly at: number } | undefined;
    /** Where it is changed. Absent for those who may not, and for what the configuration sets. */
    readonly change: string | undefined;
  }[];
  readonly done: string | undefined;
}

export const brandingPage = (frame: ConsoleFrame, { images, done }: BrandingModel): string => {
  const { branding: text, lists } = frame.text;
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(done)}
    <p>${text.lead}</p>
    ${table(
      text.title,
      [
        { label: text.image, cell: ({ name }) => text.images[name].title },
        {
          label: text.source,
          cell: ({ setting, uploaded }) => {
            if (setting !== undefined) return html`${text.configured} <code>${setting}</code>`;
            if (uploaded === undefined) return text.byDefault;
            return html`${imagePreview(uploaded.path)}${text.uploaded} ${moment(frame, uploaded.at)}`;
          },
        },
        {
          label: lists.actions,
          cell: ({ name, change }) =>
            change !== undefined &&
            html`<a class="image-change-${name}" href="${ownPath(change)}">${text.change}<span class="visually-hidden">: ${text.images[name].title}</span></a>`,
        },
      ],
      images,
    )}`,
  });
};
