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

/** `undefined` for an expired document: Redis may keep it longer if its clock is behind. */
export const decode = (text: string, now: number): DecodedDocument | undefined => {
  let at = 0;
  let first = text.charCodeAt(0);
  let consumption: Document['consumption'];
  let writtenBy: string | undefined;
  let expiresAt: number | undefined;
  let indexEntries = '';
  if (first === claimSign) {
    const space = text.indexOf(' ');
    const stop = text.indexOf('\n', space);
    consumption = { nonce: text.slice(1, space), at: Number.parseInt(text.slice(space + 1, stop), 36) };
    at = stop + 1;
    first = text.charCodeAt(at);
  }
  if (first === madeSign || first === replacedSign) {
    const stop = text.indexOf('\n', at);
    writtenBy = text.slice(at + 1, stop);
    at = stop + 1;
    first = text.charCodeAt(at);
  }
  if (first === lifetimeSign) {
    const stop = text.indexOf('\n', at);
    expiresAt = Number.parseInt(text.slice(at + 1, stop), 36);
    if (expiresAt <= now) return undefined;
    at = stop + 1;
    first = text.charCodeAt(at);
  }
  if (first === indexSign) {
    const stop = text.indexOf('\n', at);
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
    const end = text.indexOf('\n', space);
    const stop = end === -1 ? text.length : end;
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
