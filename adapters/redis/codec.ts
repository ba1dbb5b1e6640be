import type { Document } from '#src/store/port.ts';

/**
 * A document is stored as one text. Every line except the body is optional:
 *
 *     !nonce at        consumed by the commit with this nonce, and when
 *     +nonce           created by this commit (`~nonce`: replaced by it), so that a resend is recognised
 *     @stamp           the end of the lifetime
 *     #tag tag         the tags of the current index entries
 *     body             with `=` in front if it starts with one of these signs
 *     name value       one line for each field
 *
 * Stamps are milliseconds since the epoch in base 36.
 */
const signs = new Set(['!', '+', '~', '@', '#', '=']);
const [claimSign, madeSign, replacedSign, lifetimeSign, indexSign, bodySign] = [33, 43, 126, 64, 35, 61];

const oneLine = (text: string): string => {
  if (text.includes('\n')) throw new TypeError('a text with a line break can not be stored');
  return text;
};

export const stamp = (at: number | undefined): string =>
  at === undefined ? '' : Math.max(0, Math.round(at)).toString(36);

export const bodyLine = (body: string): string =>
  signs.has(body.charAt(0)) ? `=${oneLine(body)}` : oneLine(body);

export const fieldName = (name: string): string => {
  if (/\s/.test(name)) throw new TypeError('the name of a field must not contain white space');
  return name;
};

export const fieldValue = oneLine;

/** The lines of body and fields. */
export const contentText = (body: string, parts: Readonly<Record<string, string>> | undefined): string => {
  let text = bodyLine(body);
  for (const name in parts) {
    const value = parts[name];
    if (value !== undefined) text += `\n${fieldName(name)} ${oneLine(value)}`;
  }
  return text;
};

export interface DecodedDocument {
  readonly document: Document;
  /** The nonce of the commit that created or replaced the document. */
  readonly writtenBy: string | undefined;
  readonly indexEntries: string;
}

const noFields: Readonly<Record<string, string>> = Object.freeze({});

/** The text was not written by a commit of this server. The caller knows the name of the document. */
export class DamagedText extends Error {
  constructor() {
    super('the text of a document is damaged');
    this.name = 'DamagedText';
  }
}

/** The position behind the line that begins at `at`, which is never the last one of a document. */
const endOfLine = (text: string, at: number): number => {
  const stop = text.indexOf('\n', at);
  if (stop === -1) throw new DamagedText();
  return stop;
};

const parseStamp = (text: string): number => {
  const at = Number.parseInt(text, 36);
  if (Number.isNaN(at)) throw new DamagedText();
  return at;
};

/** `undefined` for an expired document: Redis may keep it longer if its clock is behind. Throws `DamagedText`. */
export const decode = (text: string, now: number): DecodedDocument | undefined => {
  let at = 0;
  let first = text.charCodeAt(0);
  let consumption: Document['consumption'];
  let writtenBy: string | undefined;
  let expiresAt: number | undefined;
  let indexEntries = '';
  if (first === claimSign) {
    const stop = endOfLine(text, 0);
    const space = text.lastIndexOf(' ', stop);
    if (space === -1) throw new DamagedText();
    consumption = { nonce: text.slice(1, space), at: parseStamp(text.slice(space + 1, stop)) };
    at = stop + 1;
    first = text.charCodeAt(at);
  }
  if (first === madeSign || first === replacedSign) {
    const stop = endOfLine(text, at);
    writtenBy = text.slice(at + 1, stop);
    at = stop + 1;
    first = text.charCodeAt(at);
  }
  if (first === lifetimeSign) {
    const stop = endOfLine(text, at);
    expiresAt = parseStamp(text.slice(at + 1, stop));
    if (expiresAt <= now) return undefined;
    at = stop + 1;
    first = text.charCodeAt(at);
  }
  if (first === indexSign) {
    const stop = endOfLine(text, at);
    indexEntries = text.slice(at + 1, stop);
    at = stop + 1;
    first = text.charCodeAt(at);
  }
  if (first === bodySign) at++;
  const end = text.indexOf('\n', at);
  const document: { -readonly [name in keyof Document]: Document[name] } =
    end === -1
      ? { body: at === 0 ? text : text.slice(at), fields: noFields }
      : { body: text.slice(at, end), fields: parseFields(text, end + 1) };
  if (consumption !== undefined) document.consumption = consumption;
  if (expiresAt !== undefined) document.expiresAt = expiresAt;
  return { document, writtenBy, indexEntries };
};

const parseFields = (text: string, from: number): Readonly<Record<string, string>> => {
  const fields: Record<string, string> = {};
  for (let at = from; at <= text.length; ) {
    const space = text.indexOf(' ', at);
    const end = text.indexOf('\n', at);
    const stop = end === -1 ? text.length : end;
    if (space === -1 || space > stop) throw new DamagedText();
    const name = text.slice(at, space);
    const value = text.slice(space + 1, stop);
    // An assignment to this name would set the prototype.
    if (name === '__proto__')
      Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
    else fields[name] = value;
    at = stop + 1;
  }
  return fields;
};
