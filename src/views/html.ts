import { raw, html as template } from 'hono/html';

/** Markup that `html` built. Data can't pass for it, because data can't have the private field. */
export class Html {
  readonly #text: string;

  constructor(strings: TemplateStringsArray, values: readonly Value[]) {
    // No cast and no JSON value makes a template strings object, so text can't pass for markup.
    if (!Array.isArray(strings) || !Object.isFrozen(strings) || !Object.isFrozen(strings.raw))
      throw new TypeError('markup comes from html`…` only');
    refuseUnquotedAttributes(strings);
    const markup = template(strings, ...values.map(escapeValue));
    if (markup instanceof Promise) throw new TypeError('templates are synchronous');
    this.#text = markup.toString();
  }

  toString(): string {
    return this.#text;
  }

  static is(value: unknown): value is Html {
    return typeof value === 'object' && value !== null && #text in value;
  }
}

/** A value in a template: text is escaped and markup is nested. Other types are refused. */
export type Value = string | number | Html | false | null | undefined | readonly Value[];

/** The only way to make markup. It escapes every interpolated text, in content and in quoted attributes. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(strings, values);

const escapeValue = (value: unknown): unknown => {
  // The one use of `raw`: the text was escaped when its template was built.
  if (Html.is(value)) return raw(value.toString());
  if (Array.isArray(value)) return value.map(escapeValue);
  if (value === undefined || value === null || value === false) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new TypeError(`a template takes text, numbers and markup, not ${typeof value}`);
};

const checkedTemplates = new WeakSet<TemplateStringsArray>();

/** In `<a href=${url}>` a space in the value would start a new attribute. Such a template throws when it first runs. */
const refuseUnquotedAttributes = (strings: TemplateStringsArray): void => {
  if (checkedTemplates.has(strings)) return;
  if (strings.slice(0, -1).some((part) => /=\s*$/.test(part)))
    throw new TypeError(`an attribute needs quotes: ${strings.join('…').trim().slice(0, 80)}`);
  checkedTemplates.add(strings);
};
