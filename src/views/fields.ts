import { type Html, html, type Value } from './html.ts';
import type { Messages } from './languages/messages.ts';

/** One problem with one field. The message appears next to the field and in the summary. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface Field {
  readonly name: string;
  readonly label: Value;
  readonly hint?: string | undefined;
  readonly value?: string | undefined;
  readonly required?: boolean;
  readonly readonly?: boolean;
  readonly autocomplete?: string;
  readonly autofocus?: boolean;
  readonly inputmode?: 'text' | 'email' | 'numeric';
  readonly type?: 'text' | 'email' | 'url' | 'date';
  /** Shows the value in large, spaced letters. */
  readonly code?: boolean;
}

interface Option {
  readonly value: string;
  readonly label: string;
}

/** Renders the fields of one form with their errors. The first invalid field gets the focus. */
export const createFields = (messages: Messages, errors: readonly FieldError[] = []) => {
  const text = messages.fields;

  const withLabel = (field: Field, input: (attributes: Html) => Html): Html => {
    const messages = errors.filter(({ field: name }) => name === field.name).map(({ message }) => message);
    const [error] = messages;
    const descriptionIds = [field.hint && `${field.name}-hint`, error && `${field.name}-error`].filter(
      (id) => id !== undefined && id !== '',
    );
    const focused = errors.length > 0 ? errors[0]?.field === field.name : field.autofocus;
    const attributes = html`id="${field.name}" name="${field.name}"${optionalAttribute('autocomplete', field.autocomplete)}${
      descriptionIds.length > 0 && html` aria-describedby="${descriptionIds.join(' ')}"`
    }${error !== undefined && html` aria-invalid="true"`}${field.required && html` required`}${
      field.readonly && html` readonly`
    }${focused && html` autofocus`}`;
    return html`<div class="field">
      <label for="${field.name}">${field.label}</label>
      ${field.hint && html`<p class="hint" id="${field.name}-hint">${field.hint}</p>`}
      ${input(attributes)}
      ${messages.length === 1 && html`<p class="field-error" id="${field.name}-error"${errors.length === 1 && html` role="alert"`}>${error}</p>`}
      ${messages.length > 1 && html`<div id="${field.name}-error">${messages.map((message) => html`<p class="field-error">${message}</p>`)}</div>`}
    </div>`;
  };

  return {
    /** Lists the problems above the form, with links to the fields. A single one appears beside its field only. */
    summary(): Html | undefined {
      if (errors.length < 2) return undefined;
      return html`<div class="notice notice-bad" role="alert">
      <p><strong>${text.problems(errors.length)}</strong></p>
      <ul>${errors.map(({ field, message }) => html`<li><a href="#${field}">${message}</a></li>`)}</ul>
    </div>`;
    },

    text: (field: Field): Html =>
      withLabel(
        field,
        (attributes) =>
          html`<input type="${field.type ?? 'text'}"${field.code && html` class="code-input"`} value="${field.value ?? ''}" ${attributes}${optionalAttribute('inputmode', field.inputmode)} autocapitalize="none" autocorrect="off" spellcheck="false">`,
      ),

    /** Several lines. Each line may have a problem of its own. */
    area: ({
      rows = 6,
      ...field
    }: Omit<Field, 'type' | 'code' | 'inputmode'> & { readonly rows?: number }): Html =>
      withLabel(
        field,
        (attributes) =>
          html`<textarea rows="${rows}" class="mono" ${attributes} autocapitalize="none" autocorrect="off" spellcheck="false">${field.value ?? ''}</textarea>`,
      ),

    select: ({
      options,
      value = '',
      ...field
    }: Omit<Field, 'type' | 'code' | 'inputmode'> & { readonly options: readonly Option[] }): Html =>
      withLabel(
        field,
        (attributes) =>
          html`<select ${attributes}>${options.map(
            (option) =>
              html`<option value="${option.value}"${option.value === value && html` selected`}>${option.label}</option>`,
          )}</select>`,
      ),

    file: ({ accept, ...field }: Omit<Field, 'value' | 'type'> & { readonly accept: string }): Html =>
      withLabel(field, (attributes) => html`<input type="file" accept="${accept}" ${attributes}>`),

    /** It has no value: a password is never sent back. The toggle appears with JavaScript only. */
    password: (field: Omit<Field, 'value' | 'type'>): Html =>
      withLabel(
        field,
        (attributes) => html`<div class="with-button">
        <input type="password" ${attributes} autocapitalize="none" autocorrect="off" spellcheck="false">
        <button type="button" class="ghost" hidden data-reveal="${field.name}" data-hide="${text.hide}" aria-pressed="false" aria-controls="${field.name}" aria-label="${text.showPassword}">${text.show}</button>
      </div>`,
      ),

    /** A value to copy: by selection, or with one press where JavaScript runs. */
    copy: ({ name, label, value }: { name: string; label: string; value: string }): Html =>
      html`<div class="field">
      <label for="${name}">${label}</label>
      <div class="with-button">
        <input type="text" id="${name}" class="mono" value="${value}" readonly>
        <button type="button" class="ghost" hidden data-copy="${name}" data-copied="${text.copied}">${text.copy}</button>
      </div>
    </div>`,

    /** The same for several lines. */
    copyLines: ({ name, label, lines }: { name: Value; label: Value; lines: readonly string[] }): Html =>
      html`<div class="field">
      <label for="${name}">${label}</label>
      <textarea id="${name}" class="mono" rows="${Math.min(lines.length, 24)}" readonly>${lines.join('\n')}</textarea>
      <button type="button" class="ghost" hidden data-copy="${name}" data-copied="${text.copied}">${text.copy}</button>
    </div>`,
  };
};

interface Checkbox {
  readonly name: string;
  readonly label: Value;
  readonly hint?: Value;
  readonly checked?: boolean | undefined;
}

export const checkbox = ({ name, label, hint, checked }: Checkbox): Html =>
  html`<div class="check">
      <input type="checkbox" id="${name}" name="${name}" value="yes"${checked && html` checked`}${hint !== undefined && html` aria-describedby="${name}-hint"`}>
      <label for="${name}">${label}</label>
      ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    </div>`;

interface Submit {
  readonly label: Value;
  readonly class: string;
  readonly name?: string;
  readonly value?: string;
  readonly look?: 'secondary' | 'danger';
}

export const submit = ({ label, look, name, value, class: hook }: Submit): Html =>
  html`<button type="submit" class="${look ? `${hook} ${look}` : hook}"${optionalAttribute('name', name)}${optionalAttribute('value', value)}>${label}</button>`;

export const hidden = (fields: Readonly<Record<string, string>>): Html[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);

/** A problem of the whole form. Screen readers announce it. */
export const alert = (...message: readonly Value[]): Html =>
  html`<div class="notice notice-bad" role="alert"><p>${message}</p></div>`;

const optionalAttribute = (
  name: 'autocomplete' | 'inputmode' | 'name' | 'value',
  value: string | undefined,
): Html | undefined => {
  if (value === undefined) return undefined;
  return html` ${name}="${value}"`;
};
