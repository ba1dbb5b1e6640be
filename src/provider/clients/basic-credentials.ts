/**
 * RFC 6749 §2.3.1: a client form-encodes its id and its secret before it joins them for Basic. Many clients leave that
 * out, which matters if one of them has a `+` or a `%`. A text that no encoder writes is taken as the value itself. How a
 * text is read depends on the text alone, and each request is compared once: a second try would be a free guess.
 */
import type { IncomingMessage } from 'node:http';

const requestsInDoubt = new WeakSet<IncomingMessage>();

/** Whether the credentials of the request are others when they are read the other way. */
export const mayBeUnencoded = (request: IncomingMessage): boolean => requestsInDoubt.has(request);

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    return undefined;
  }
};

/** RFC 6749 §A.2: ids and secrets have these characters only. */
const allowed = /^[\x20-\x7e]*$/;

/** Encoders that write a space as `+` leave no other characters than these as they are. */
const leftByFormEncoders = /^[A-Za-z0-9*._~!'()+-]*$/;

const isUnencoded = (text: string): boolean => {
  if (!allowed.test(text)) return false;
  const decoded = decode(text);
  if (decoded === undefined || !allowed.test(decoded)) return true;
  return text.includes('+') && !text.includes('%') && !leftByFormEncoders.test(text);
};

/** Encodes what can only be the value itself. Everything else stays as it is, for the engine to judge. */
export const encodeBasicCredentials = (request: IncomingMessage): void => {
  const { headers } = request;
  const encoded = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0 || !/[%+]/.test(text)) return;
  requestsInDoubt.add(request);
  const parts = [text.slice(0, colon), text.slice(colon + 1)];
  if (!parts.some(isUnencoded)) return;
  const joined = parts.map((part) => (isUnencoded(part) ? encodeURIComponent(part) : part)).join(':');
  headers.authorization = `Basic ${Buffer.from(joined).toString('base64')}`;
};
