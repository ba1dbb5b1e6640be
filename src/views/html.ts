import { raw, html as template } from 'hono/html';

/** Markup that was built by `html`, and by nothing else: the private field cannot be forged by data. */
export class Html {
  readonly #text: string;

  constructor(strings: TemplateStringsArray, values: readonly Value[]) {
    // A cast or a JSON value gives no template strings object, so text can't be passed off as markup.
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

/** What a template takes: text is escaped, markup nests, nothing else gets in. */
export type Value = string | number | Html | false | null | undefined | readonly Value[];

/** The only way to make markup: everything interpolated is escaped, in text and in quoted attributes. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(strings, values);

const escapeValue = (value: unknown): unknown => {
  // The one use of `raw`: this text was escaped when its own template was built.
  if (Html.is(value)) return raw(value.toString());
  if (Array.isArray(value)) return value.map(escapeValue);
  if (value === undefined || value === null || value === false) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new TypeError(`a template takes text, numbers and markup, not ${typeof value}`);
};

const checkedTemplates = new WeakSet<TemplateStringsArray>();

/** `<a href=${url}>` would let a space in the value start a new attribute: refused when the template first runs. */
const refuseUnquotedAttributes = (strings: TemplateStringsArray): void => {
  if (checkedTemplates.has(strings)) return;
  if (strings.slice(0, -1).some((part) => /=\s*$/.test(part)))
    throw new TypeError(`an attribute needs quotes: ${strings.join('…').trim().slice(0, 80)}`);
  checkedTemplates.add(strings);
};
