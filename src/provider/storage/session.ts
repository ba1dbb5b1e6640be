import type { AdapterPayload } from 'oidc-provider';
import type { Clock, Document, Key, Write } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { digestOf, familyOf, keyOf, restOf } from './ids.ts';

/**
 * A session is one document whose parts change apart: who is signed in (`.who`), what the engine remembers between
 * two pages (`.state`), one part for each client, and one for each cookie value that is still good. Requests that run
 * side by side therefore never take back what the other wrote.
 */

/** Of the body; a reader knows its own and the one before. */
const version = 1;

/** A former cookie of a signed-in session is good for this long, for requests that were under way when it changed. */
const overlapMs = 30_000;

/** In this order, those that are absent at the end left out. */
const who = ['accountId', 'loginTs', 'amr', 'acr', 'transient'] as const;

const partOfClient = (clientId: string): string => `c:${encodeURIComponent(clientId)}`;
const partOfCookie = (id: string): string => `i:${digestOf(id)}`;

const writeWho = (payload: AdapterPayload): string => {
  const values: unknown[] = who.map((name) => payload[name]);
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  return JSON.stringify(values);
};

const readWho = (text: string): AdapterPayload => {
  const values: unknown[] = JSON.parse(text);
  return Object.fromEntries(who.flatMap((name, i) => (values[i] == null ? [] : [[name, values[i]]])));
};

/** What the session knows of one client: two ids, and the rest by name where there is any. */
const writeClient = (state: object): string => {
  const { sid, grantId, ...more }: Record<string, unknown> = { ...state };
  const rest = Object.keys(more).length > 0 ? [more] : [];
  return JSON.stringify([sid, grantId, ...rest]);
};

const readClient = (text: string): object => {
  const [sid, grantId, more]: unknown[] = JSON.parse(text);
  return { ...(sid != null && { sid }), ...(grantId != null && { grantId }), ...Object(more) };
};

const partsOf = (payload: AdapterPayload): Record<string, string> => {
  const parts: Record<string, string> = {};
  if (payload.accountId) parts['.who'] = writeWho(payload);
  if (payload['state']) parts['.state'] = JSON.stringify(payload['state']);
  for (const [clientId, state] of Object.entries(payload.authorizations ?? {})) {
    parts[partOfClient(clientId)] = writeClient(state);
  }
  return parts;
};

export const readSession = (
  document: Document,
  id: string,
  as: 'cookie' | 'uid',
  now: number,
): AdapterPayload | undefined => {
  const until = as === 'uid' ? '' : document.parts[partOfCookie(id)];
  if (until === undefined || (until !== '' && Number(until) <= now)) return undefined;
  const [v, rest, iat] = JSON.parse(document.body);
  if (v !== version) throw new Error(`a session of version ${v} can't be read by this release`);
  const payload: AdapterPayload = { uid: familyOf(id) + rest, iat };
  if (document.parts['.who']) Object.assign(payload, readWho(document.parts['.who']));
  if (document.parts['.state']) payload['state'] = JSON.parse(document.parts['.state']);
  const authorizations: Record<string, object> = {};
  for (const [name, text] of Object.entries(document.parts)) {
    if (name.startsWith('c:')) authorizations[decodeURIComponent(name.slice(2))] = readClient(text);
  }
  if (Object.keys(authorizations).length > 0) payload['authorizations'] = authorizations;
  if (as === 'cookie') payload.jti = id;
  if (document.expiresAt !== undefined) payload.exp = Math.floor(document.expiresAt / 1000);
  return payload;
};

export const writeSession = (
  work: UnitOfWork,
  clock: Clock,
  id: string,
  payload: AdapterPayload,
  ttl: number,
): void => {
  const key = keyOf('Session', id);
  if (!key) return;
  const parts = partsOf(payload);
  const cookie = partOfCookie(id);
  const expiresAt = (Math.floor(clock.now() / 1000) + ttl) * 1000;
  const index = payload.accountId ? [{ index: 'live', of: payload.accountId, at: clock.now() }] : [];
  const before = work.peek(key);
  if (!before) {
    const body = JSON.stringify([version, restOf(payload.uid ?? ''), payload.iat]);
    work.stage({ op: 'put', key, body, parts: { ...parts, [cookie]: '' }, expiresAt, index });
    return;
  }
  const changed = changes(before, parts, cookie, clock.now());
  const newcomer = before.parts['.who'] === undefined && parts['.who'] !== undefined;
  work.stage({
    op: 'merge',
    key,
    parts: changed,
    expiresAt,
    ...(newcomer && { index }),
    // Signed out meanwhile: stays signed out.
    ifAbsent: 'skip',
  });
};

const changes = (before: Document, parts: Readonly<Record<string, string>>, cookie: string, now: number) => {
  const changed: Record<string, string | null> = {};
  for (const [name, text] of Object.entries(parts)) {
    if (before.parts[name] !== text) changed[name] = text;
  }
  if (before.parts['.state'] !== undefined && parts['.state'] === undefined) changed['.state'] = null;
  for (const name of Object.keys(before.parts)) {
    // Signed out of this client alone.
    if (name.startsWith('c:') && parts[name] === undefined) changed[name] = null;
  }
  if (before.parts[cookie] !== undefined) return changed;
  changed[cookie] = '';
  const sameAccount =
    before.parts['.who'] !== undefined && accountIn(before.parts['.who']) === accountIn(parts['.who']);
  for (const [name, until] of Object.entries(before.parts)) {
    if (!name.startsWith('i:') || name === cookie) continue;
    // Before a sign-in anybody may have planted the cookie: it must not outlive the sign-in (session fixation).
    if (!sameAccount || (until !== '' && Number(until) <= now)) changed[name] = null;
    else if (until === '') changed[name] = String(now + overlapMs);
  }
  return changed;
};

const accountIn = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : JSON.parse(text)[0];

export const removeSession = (work: UnitOfWork, key: Key): void => {
  const write: Write = { op: 'remove', key };
  work.stage(write);
};
