import { createFields, type FieldError, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';

interface ImageFormModel {
  readonly title: string;
  readonly tabs?: Html;
  /** What the image is for. */
  readonly hint: string;
  readonly action: string;
  readonly back: string;
  readonly csrf: string;
  readonly version: string;
  /** The path of the image that is shown now. */
  readonly shown: string | undefined;
  /** Its URL, if it is on another host. */
  readonly elsewhere?: string | undefined;
  readonly canRemove: boolean;
  /** Why the file or the change was refused. */
  readonly problem: string | undefined;
}

/** Uploads one image, or removes it. It works without JavaScript. */
export const imageFormPage = (frame: ConsoleFrame, model: ImageFormModel): string => {
  const { form: text } = frame.text.branding;
  const { title, action, back, csrf, version, shown, elsewhere, canRemove, problem } = model;
  const errors: readonly FieldError[] = problem === undefined ? [] : [{ field: 'file', message: problem }];
  const inputs = createFields(frame.page.messages, errors);
  return consolePage(frame, {
    title,
    invalid: errors.length > 0,
    body: html`
    ${model.tabs}
    <p>${model.hint}</p>
    ${shown !== undefined && imagePreview(shown)}
    ${elsewhere !== undefined && html`<p><code>${elsewhere}</code></p>`}
    <form method="post" action="${ownPath(action)}" enctype="multipart/form-data" novalidate>
      ${hidden({ csrf, version })}
      ${inputs.file({ name: 'file', label: text.file, hint: text.fileHint, accept: 'image/png,image/webp,image/svg+xml' })}
      <div class="actions">
        ${submit({ label: text.upload, class: 'image-upload' })}
        ${canRemove && submit({ label: text.remove, class: 'image-remove', name: 'action', value: 'remove', look: 'secondary' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

/** The names beside it say what it is. */
export const imagePreview = (path: string): Html =>
  html`<p class="image-preview"><img src="${ownPath(path)}" alt=""></p>`;
