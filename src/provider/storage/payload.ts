import type { AdapterPayload } from 'oidc-provider';
import { NewerRecord, RecordDamaged } from '../../store/errors.ts';
import {
  fieldOfLetter,
  grantTypeOfLetter,
  letterOfField,
  letterOfGrantType,
  secondsSinceSignIn,
} from './payload-letters.ts';

/**
 * The first character of a stored payload, for every kind of the engine. A release reads its own version and the one
 * before. It is one character before the JSON, and not a member as `record` of store/record.ts writes it: stores hold a
 * million of these payloads, and the version has to be checked before the letters below have a meaning.
 */
const version = '1';

/** The key and the lifetime of a record already say these. */
const impliedFields = new Set(['jti', 'kind', 'exp', 'consumed']);

/** Marks a name that is one of the letters. */
const mark = '~';

/** Shortens the grant types that a token went through. They are separated by spaces. */
const shortenGrantTypes = (types: string): string =>
  types
    .split(' ')
    .map((type) => {
      const isAmbiguous = grantTypeOfLetter.has(type) || type.startsWith(mark);
      return letterOfGrantType.get(type) ?? (isAmbiguous ? `${mark}${type}` : type);
    })
    .join(' ');

const expandGrantTypes = (types: string): string =>
  types
    .split(' ')
    .map((type) => grantTypeOfLetter.get(type) ?? (type.startsWith(mark) ? type.slice(mark.length) : type))
    .join(' ');

/** Leaves out values that the engine assumes, and shortens values that nearly every record has. */
const compactValue = (name: string, value: unknown, { iat, expiresWithSession }: AdapterPayload): unknown => {
  switch (name) {
    case 'gty':
      return typeof value === 'string' ? shortenGrantTypes(value) : value;
    case 'iiat':
      // Without `iiat` the engine takes `iat` for it.
      return value === iat ? undefined : value;
    case 'sessionUid':
      // The engine reads it only of a token that ends with its session.
      return expiresWithSession ? value : undefined;
    case 'rotations':
      return value === 0 ? undefined : value;
    case 'amr':
      return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : value;
    case 'openid':
      return isScopeOnly(value) ? value.scope : value;
    default:
      return value;
  }
};

const isScopeOnly = (value: unknown): value is { readonly scope: string } =>
  typeof value === 'object' &&
  value !== null &&
  'scope' in value &&
  typeof value.scope === 'string' &&
  Object.keys(value).length === 1;

const expandValue = (name: string, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  if (name === 'gty') return expandGrantTypes(value);
  if (name === 'amr') return [value];
  return name === 'openid' ? { scope: value } : value;
};

export const encodePayload = (payload: AdapterPayload, keepId: boolean): string => {
  const out: Record<string, unknown> = {};
  const { iat } = payload;
  for (const name in payload) {
    if (impliedFields.has(name) && !(keepId && name === 'jti')) continue;
    const value = compactValue(name, payload[name], payload);
    if (value === undefined) continue;
    if (name === 'authTime' && typeof value === 'number' && iat !== undefined)
      out[secondsSinceSignIn] = iat - value;
    // A field whose name is one of the letters gets a mark.
    else
      out[
        letterOfField[name] ??
          (name in fieldOfLetter || name === secondsSinceSignIn ? `${mark}${name}` : name)
      ] = value;
  }
  return version + JSON.stringify(out);
};

const parse = (body: string, kind: string): Record<string, unknown> => {
  if (body[0] !== version) throw /^[2-9]/.test(body) ? new NewerRecord(kind) : new RecordDamaged(kind);
  try {
    return JSON.parse(body.slice(1));
  } catch (cause) {
    throw new RecordDamaged(kind, { cause });
  }
};

/** Throws `NewerRecord` or `RecordDamaged`, which name the kind. */
export const decodePayload = (body: string, kind: string): AdapterPayload => {
  const stored = parse(body, kind);
  const payload: AdapterPayload = {};
  for (const storedName in stored) {
    const value = stored[storedName];
    if (storedName === secondsSinceSignIn) {
      payload.authTime = Number(stored['i']) - Number(value);
      continue;
    }
    const name =
      fieldOfLetter[storedName] ?? (storedName.startsWith(mark) ? storedName.slice(mark.length) : storedName);
    payload[name] = expandValue(name, value);
  }
  return payload;
};
