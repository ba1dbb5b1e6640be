import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { ClientSource } from '../clients/client-source.ts';
import { unregisteredPostLogoutUri } from '../engine-texts.ts';
import type { EngineClient } from '../engine-types.ts';

/** A value of the request that isn't registered. */
export interface Mismatch {
  readonly parameter: string;
  readonly received: string;
  /** The registered value that is most like it. */
  readonly closest?: string;
}

/** Query and fragment can carry what must not reach a log. */
const withoutQuery = (uri: string): string => uri.replace(/[?#].*$/s, (rest) => `${rest[0]}…`);

/** A browser would run such a value if someone followed it, so it is repeated nowhere. */
const isScript = (uri: string): boolean => /^\s*(javascript|data|vbscript):/i.test(uri);

const commonStart = (one: string, other: string): number => {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
};

const commonEnd = (one: string, other: string): number => {
  let length = 0;
  const longest = Math.min(one.length, other.length);
  while (length < longest && one.at(-1 - length) === other.at(-1 - length)) length += 1;
  return length;
};

/** A client may have many long URIs, so each is compared once. */
const mostLike = (value: string, registered: readonly string[]): string | undefined => {
  let found: string | undefined;
  let most = -1;
  for (const one of registered) {
    const likeness = commonStart(one, value) + commonEnd(one, value);
    if (likeness > most) [found, most] = [one, likeness];
  }
  return found;
};

const mismatch = (
  parameter: string,
  value: unknown,
  registered: readonly string[] = [],
): Mismatch | undefined => {
  if (typeof value !== 'string' || isScript(value)) return undefined;
  const closest = mostLike(value, registered);
  return {
    parameter,
    received: withoutQuery(value),
    ...(closest !== undefined && { closest: withoutQuery(closest) }),
  };
};

/** The fewest characters that a secret has, whether it is made at random or chosen by an operator. */
const minSecretLength = 32;
/** A person who mistypes a long id, such as a UUID, keeps its length or nearly so. */
const maxMistypedCharacters = 2;

/**
 * A secret that was sent in the place of the id must not reach an event. It may begin with the id, so a long value is
 * repeated only as a URL, or when it has about the length of the id that it is like.
 */
const mayBeSecret = (id: string, closest = ''): boolean =>
  id.length >= minSecretLength &&
  !id.startsWith('https://') &&
  Math.abs(id.length - closest.length) > maxMistypedCharacters;

/** RFC 6749 §2.3.1. What precedes the first colon is the id; the secret isn't decoded. */
const idInBasic = (header: string | undefined): string | undefined => {
  const [, credentials] = /^basic ([\w+/]+=*)$/i.exec(header ?? '') ?? [];
  if (credentials === undefined) return undefined;
  const [id = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':', 1);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
};

type FindClosestId = ClientSource['closestId'];

const unknownClient = async (
  { oidc, headers }: KoaContextWithOIDC,
  closestId: FindClosestId,
): Promise<Mismatch | undefined> => {
  const id = oidc?.params?.['client_id'] ?? idInBasic(headers.authorization);
  if (typeof id !== 'string') return undefined;
  const closest = await closestId(id);
  if (mayBeSecret(id, closest)) return undefined;
  return mismatch('client_id', id, closest === undefined || closest === id ? [] : [closest]);
};

interface RegisteredUris extends EngineClient {
  readonly postLogoutRedirectUris?: readonly string[] | undefined;
}

const find = async (
  ctx: KoaContextWithOIDC,
  error: Error,
  closestId: FindClosestId,
): Promise<Mismatch | undefined> => {
  const { oidc } = ctx;
  const { params } = oidc ?? {};
  const client: RegisteredUris | undefined = oidc?.client;
  if (error instanceof errors.InvalidRedirectUri)
    return mismatch('redirect_uri', params?.['redirect_uri'], client?.redirectUris);
  if (error instanceof errors.InvalidRequest && error.error_description === unregisteredPostLogoutUri) {
    return mismatch(
      'post_logout_redirect_uri',
      params?.['post_logout_redirect_uri'],
      client?.postLogoutRedirectUris,
    );
  }
  const isClientRefused = error instanceof errors.InvalidClient || error instanceof errors.InvalidClientAuth;
  if (isClientRefused && client === undefined) return unknownClient(ctx, closestId);
  return undefined;
};

const found = new WeakMap<Error, Promise<Mismatch | undefined>>();

/**
 * Which parameter of a refused request differs from what is registered. The operator of the client needs both values.
 * The page and the event of a refusal share the result.
 */
export const findMismatch = (
  ctx: KoaContextWithOIDC,
  error: Error,
  closestId: FindClosestId,
): Promise<Mismatch | undefined> => {
  const result = found.get(error) ?? find(ctx, error, closestId);
  found.set(error, result);
  return result;
};
