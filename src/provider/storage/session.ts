import type { AdapterPayload } from 'oidc-provider';
import type { Document } from '../../store/port.ts';
import { assertVersion, readRecord } from '../../store/record.ts';
import { kindVersions } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { digestOf, familyOf, grantKey, withoutFamily } from './ids.ts';
import type { Upsert } from './model-adapter.ts';
import { resume } from './resume.ts';
import { useFields } from './session-use.ts';

/**
 * A session is one document whose fields change independently: who is signed in (`.who`) and since when, what the engine remembers
 * between two pages (`.state`), one field for each client (`c:`), one for each client with offline access (`p:`), one for
 * the last grant of each client that the person signed out of (`e:`), and one for each cookie value that is still good
 * (`i:`). So requests that run at the same time do not undo each other's changes.
 */

/**
 * The milliseconds of `loginTs`, and `beganAt`. They are a field of their own because `.who` is full: Redis packs texts of up
 * to 64 bytes.
 */
const millisecondsField = '.ms';

/** The former cookie of the same sign-in is good for this long, for requests that were in progress when it changed. */
const formerCookieMs = 30_000;

/** The values of `.who`, in this order. Absent values at the end are left out. */
const signInFields: readonly string[] = [
  'accountId',
  'loginTs',
  'amr',
  'acr',
  'transient',
  'authTs',
  'saidTs',
];

const clientField = (clientId: string): string => `c:${encodeURIComponent(clientId)}`;
const offlineField = (clientId: string): string => `p:${encodeURIComponent(clientId)}`;
const endedField = (clientId: string): string => `e:${encodeURIComponent(clientId)}`;
const cookieField = (id: string): string => `i:${digestOf(id)}`;

const encodeSignIn = (payload: AdapterPayload): string => {
  const values: unknown[] = signInFields.map((name) => payload[name]);
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  return JSON.stringify(values);
};

const addSignIn = (payload: AdapterPayload, text: string): void => {
  const values: unknown[] = JSON.parse(text);
  for (const [i, name] of signInFields.entries()) if (values[i] != null) payload[name] = values[i];
};

interface ClientState {
  readonly sid?: unknown;
  readonly grantId?: unknown;
}

/** The state of one client: two ids, and an object for what else there is. */
const encodeClient = (state: ClientState): string => {
  const { sid, grantId } = state;
  let more: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(state)) {
    if (name === 'sid' || name === 'grantId') continue;
    more ??= {};
    more[name] = value;
  }
  return JSON.stringify(more ? [sid, grantId, more] : [sid, grantId]);
};

const decodeClient = (text: string, isOffline: boolean): object => {
  const [sid, grantId, more]: unknown[] = JSON.parse(text);
  const state: Record<string, unknown> = more == null ? {} : { ...Object(more) };
  if (sid != null) state['sid'] = sid;
  if (grantId != null) state['grantId'] = grantId;
  if (isOffline) state['persistsLogout'] = true;
  return state;
};

const grantIdIn = (text: string): string => JSON.parse(text)[1] ?? '';

/** The last grant that a client had in a session, whether or not it still exists. Empty when it had none. */
export const formerGrantIn = (document: Document | undefined, clientId: string): string => {
  const current = document?.fields[clientField(clientId)];
  return current === undefined ? (document?.fields[endedField(clientId)] ?? '') : grantIdIn(current);
};

const fieldsOf = (payload: AdapterPayload, signIn: string | undefined): Record<string, string> => {
  const fields: Record<string, string> = {};
  if (signIn !== undefined) fields['.who'] = signIn;
  const { loginMs, beganAt } = payload;
  if (signIn !== undefined && (loginMs ?? beganAt) !== undefined)
    fields[millisecondsField] = JSON.stringify([loginMs ?? null, beganAt ?? null]);
  if (payload['state']) fields['.state'] = JSON.stringify(payload['state']);
  for (const [clientId, state] of Object.entries(payload.authorizations ?? {})) {
    fields[clientField(clientId)] = encodeClient(state);
    // Of two first requests of a client the later one replaces the field of the client, but not this one.
    if ('persistsLogout' in state) fields[offlineField(clientId)] = '';
  }
  return fields;
};

type SessionId = 'cookie' | 'uid';

export const decodeSession = (
  document: Document,
  id: string,
  as: SessionId,
  now: number,
): AdapterPayload | undefined => readRecord('session', () => decode(document, id, as, now));

const decode = (document: Document, id: string, as: SessionId, now: number): AdapterPayload | undefined => {
  const until = as === 'uid' ? '' : document.fields[cookieField(id)];
  if (until === undefined || (until !== '' && Number(until) <= now)) return undefined;
  const [v, rest, iat] = JSON.parse(document.body);
  assertVersion('session', v);
  const payload: AdapterPayload = { uid: familyOf(id) + rest, iat };
  const { fields } = document;
  if (fields['.who']) addSignIn(payload, fields['.who']);
  if (fields[millisecondsField]) {
    const [loginMs, beganAt] = JSON.parse(fields[millisecondsField]);
    if (loginMs !== null) payload['loginMs'] = loginMs;
    if (beganAt !== null) payload['beganAt'] = beganAt;
  }
  if (fields['.state']) payload['state'] = JSON.parse(fields['.state']);
  let authorizations: Record<string, object> | undefined;
  for (const [name, text] of Object.entries(fields)) {
    if (!name.startsWith('c:')) continue;
    const encodedId = name.slice(2);
    // A client may have the id `__proto__` or `constructor`.
    authorizations ??= Object.create(null) as Record<string, object>;
    authorizations[decodeURIComponent(encodedId)] = decodeClient(
      text,
      fields[`p:${encodedId}`] !== undefined,
    );
  }
  if (authorizations) payload['authorizations'] = authorizations;
  if (as === 'cookie') payload.jti = id;
  if (document.expiresAt !== undefined) payload.exp = Math.floor(document.expiresAt / 1000);
  return payload;
};

/** A new session is written whole. Of a known one, only the fields that this request changes are written. */
export const writeSession = (
  work: UnitOfWork,
  now: number,
  { key, id, payload, expiresAt }: Upsert,
): void => {
  const cookie = cookieField(id);
  const before = work.peek(key);
  const signIn = payload.accountId ? encodeSignIn(payload) : undefined;
  const isSignIn = signIn !== undefined && before?.fields['.who'] !== signIn;
  const fields = {
    ...fieldsOf(payload, signIn),
    ...(signIn !== undefined && useFields(before, { isSignIn, now })),
  };
  const index = payload.accountId ? [{ index: 'live', of: payload.accountId, at: now }] : [];
  if (!before) {
    const body = JSON.stringify([kindVersions.session, withoutFamily(payload.uid ?? ''), payload.iat]);
    const options = fields['.who'] === undefined ? {} : resume;
    work.stage({ op: 'put', key, body, fields: { ...fields, [cookie]: '' }, expiresAt, index }, options);
    return;
  }
  const changed = changedFields(before, fields, cookie, now);
  if (Object.keys(changed).length === 0 && isLateEnough(before, expiresAt, now)) return;
  const options = changed['.who'] === undefined ? {} : resume;
  for (const grantId of replacedGrants(before, changed))
    work.stage({ op: 'remove', key: grantKey(grantId) }, options);
  const isSignInNew = before.fields['.who'] === undefined && fields['.who'] !== undefined;
  work.stage(
    {
      op: 'merge',
      key,
      fields: changed,
      expiresAt,
      ...(isSignInNew && { index }),
      // A session that was ended meanwhile stays ended.
      ifAbsent: 'skip',
    },
    options,
  );
};

/**
 * The grants that clients had until now and that end with the session. The session knows one grant of each client, so a
 * sign-out would not end them any more.
 */
const replacedGrants = (
  { fields: before }: Document,
  changed: Readonly<Record<string, string | null>>,
): readonly string[] =>
  Object.entries(changed).flatMap(([name, text]) => {
    const former = before[name];
    if (!name.startsWith('c:') || former === undefined || text === null) return [];
    if (before[`p:${name.slice(2)}`] !== undefined) return [];
    const grantId = grantIdIn(former);
    return grantId === '' || grantId === grantIdIn(text) ? [] : [grantId];
  });

/** The fields that end what this client has in a session: its authorization, and whether it has offline access. */
const signOutFields = (encodedClientId: string, text: string): Readonly<Record<string, string | null>> => ({
  [`c:${encodedClientId}`]: null,
  [`p:${encodedClientId}`]: null,
  [`e:${encodedClientId}`]: grantIdIn(text),
});

/** Like `signOutFields`, but undefined for a client that the session wasn't used for. */
export const disconnectFields = ({ fields }: Document, clientId: string) => {
  const text = fields[clientField(clientId)];
  return text === undefined ? undefined : signOutFields(encodeURIComponent(clientId), text);
};

/** A session that changes in nothing else ends at most this part of its lifetime early, and at most five minutes. */
const earlyPart = 0.05;
const earlyMostMs = 5 * 60_000;

/** Whether the end that the store has will do, so that most requests of a signed-in browser don't write the session. */
const isLateEnough = (before: Document, expiresAt: number, now: number): boolean =>
  before.expiresAt !== undefined &&
  before.expiresAt >= expiresAt - Math.min(earlyMostMs, (expiresAt - now) * earlyPart);

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
  for (const name of ['.state', millisecondsField])
    if (before.fields[name] !== undefined && fields[name] === undefined) changed[name] = null;
  for (const [name, text] of Object.entries(before.fields)) {
    if (!name.startsWith('c:') || fields[name] !== undefined) continue;
    // The person signed out of this client only.
    Object.assign(changed, signOutFields(name.slice(2), text));
  }
  if (before.fields[cookie] !== undefined) return changed;
  changed[cookie] = '';
  const isSameSignIn = ['.who', millisecondsField].every((name) => before.fields[name] === fields[name]);
  for (const [name, until] of Object.entries(before.fields)) {
    if (!name.startsWith('i:') || name === cookie) continue;
    // An attacker may have planted the cookie before a sign-in (session fixation), or copied it, and must not get what
    // another sign-in opens. So it ends with that.
    if (!isSameSignIn || (until !== '' && Number(until) <= now)) changed[name] = null;
    else if (until === '') changed[name] = String(now + formerCookieMs);
  }
  return changed;
};
