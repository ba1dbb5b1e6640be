import type { AdapterPayload } from 'oidc-provider';
import type { Clock, Document, Key, Write } from '../../store/port.ts';
import { assertVersion } from '../../store/record.ts';
import { kindVersions } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { digestOf, familyOf, modelKey, withoutFamily } from './ids.ts';

/**
 * A session is one document whose parts change apart: who is signed in (`.who`), what the engine remembers between
 * two pages (`.state`), one part for each client, and one for each cookie value that is still good. Requests that run
 * side by side therefore never take back what the other wrote.
 */

/** A former cookie of a signed-in session is good for this long, for requests that were under way when it changed. */
const formerCookieMs = 30_000;

/** In this order, those that are absent at the end left out. */
const signInFields = ['accountId', 'loginTs', 'amr', 'acr', 'transient'] as const;

const clientField = (clientId: string): string => `c:${encodeURIComponent(clientId)}`;
const cookieField = (id: string): string => `i:${digestOf(id)}`;

const encodeSignIn = (payload: AdapterPayload): string => {
  const values: unknown[] = signInFields.map((name) => payload[name]);
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  return JSON.stringify(values);
};

const decodeSignIn = (text: string): AdapterPayload => {
  const values: unknown[] = JSON.parse(text);
  return Object.fromEntries(
    signInFields.flatMap((name, i) => (values[i] == null ? [] : [[name, values[i]]])),
  );
};

/** What the session knows of one client: two ids, and the rest by name where there is any. */
const encodeClient = (state: object): string => {
  const { sid, grantId, ...more }: Record<string, unknown> = { ...state };
  const rest = Object.keys(more).length > 0 ? [more] : [];
  return JSON.stringify([sid, grantId, ...rest]);
};

const decodeClient = (text: string): object => {
  const [sid, grantId, more]: unknown[] = JSON.parse(text);
  return { ...(sid != null && { sid }), ...(grantId != null && { grantId }), ...Object(more) };
};

const fieldsOf = (payload: AdapterPayload): Record<string, string> => {
  const fields: Record<string, string> = {};
  if (payload.accountId) fields['.who'] = encodeSignIn(payload);
  if (payload['state']) fields['.state'] = JSON.stringify(payload['state']);
  for (const [clientId, state] of Object.entries(payload.authorizations ?? {})) {
    fields[clientField(clientId)] = encodeClient(state);
  }
  return fields;
};

export const readSession = (
  document: Document,
  id: string,
  as: 'cookie' | 'uid',
  now: number,
): AdapterPayload | undefined => {
  const until = as === 'uid' ? '' : document.fields[cookieField(id)];
  if (until === undefined || (until !== '' && Number(until) <= now)) return undefined;
  const [v, rest, iat] = JSON.parse(document.body);
  assertVersion('session', v);
  const payload: AdapterPayload = { uid: familyOf(id) + rest, iat };
  if (document.fields['.who']) Object.assign(payload, decodeSignIn(document.fields['.who']));
  if (document.fields['.state']) payload['state'] = JSON.parse(document.fields['.state']);
  const authorizations: Record<string, object> = {};
  for (const [name, text] of Object.entries(document.fields)) {
    if (name.startsWith('c:')) authorizations[decodeURIComponent(name.slice(2))] = decodeClient(text);
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
  const key = modelKey('Session', id);
  if (!key) return;
  const fields = fieldsOf(payload);
  const cookie = cookieField(id);
  const expiresAt = (Math.floor(clock.now() / 1000) + ttl) * 1000;
  const index = payload.accountId ? [{ index: 'live', of: payload.accountId, at: clock.now() }] : [];
  const before = work.peek(key);
  if (!before) {
    const body = JSON.stringify([kindVersions.session, withoutFamily(payload.uid ?? ''), payload.iat]);
    work.stage({ op: 'put', key, body, fields: { ...fields, [cookie]: '' }, expiresAt, index });
    return;
  }
  const changed = changedFields(before, fields, cookie, clock.now());
  const signedInNow = before.fields['.who'] === undefined && fields['.who'] !== undefined;
  work.stage({
    op: 'merge',
    key,
    fields: changed,
    expiresAt,
    ...(signedInNow && { index }),
    // Signed out meanwhile: stays signed out.
    ifAbsent: 'skip',
  });
};

const changedFields = (
  before: Document,
  fields: Readonly<Record<string, string>>,
  cookie: string,
  now: number,
) => {
  const changed: Record<string, string | null> = {};
  for (const [name, text] of Object.entries(fields)) {
    if (before.fields[name] !== text) changed[name] = text;
  }
  if (before.fields['.state'] !== undefined && fields['.state'] === undefined) changed['.state'] = null;
  for (const name of Object.keys(before.fields)) {
    // Signed out of this client alone.
    if (name.startsWith('c:') && fields[name] === undefined) changed[name] = null;
  }
  if (before.fields[cookie] !== undefined) return changed;
  changed[cookie] = '';
  const sameAccount =
    before.fields['.who'] !== undefined && accountIdIn(before.fields['.who']) === accountIdIn(fields['.who']);
  for (const [name, until] of Object.entries(before.fields)) {
    if (!name.startsWith('i:') || name === cookie) continue;
    // Before a sign-in anybody may have planted the cookie: it must not outlive the sign-in (session fixation).
    if (!sameAccount || (until !== '' && Number(until) <= now)) changed[name] = null;
    else if (until === '') changed[name] = String(now + formerCookieMs);
  }
  return changed;
};

const accountIdIn = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : JSON.parse(text)[0];

export const removeSession = (work: UnitOfWork, key: Key): void => {
  const write: Write = { op: 'remove', key };
  work.stage(write);
};
