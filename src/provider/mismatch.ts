import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { unregisteredPostLogoutUri } from './engine-texts.ts';
import type { EngineClient } from './engine-types.ts';

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

const reversed = (text: string): string => [...text].reverse().join('');

const likeness = (one: string, other: string): number =>
  commonStart(one, other) + commonStart(reversed(one), reversed(other));

const mismatch = (
  parameter: string,
  value: unknown,
  registered: readonly string[] = [],
): Mismatch | undefined => {
  if (typeof value !== 'string' || isScript(value)) return undefined;
  const [closest] = registered.toSorted((a, b) => likeness(b, value) - likeness(a, value));
  return {
    parameter,
    received: withoutQuery(value),
    ...(closest !== undefined && { closest: withoutQuery(closest) }),
  };
};

interface RegisteredUris extends EngineClient {
  readonly postLogoutRedirectUris?: readonly string[] | undefined;
}

/** Which parameter of a refused request differs from what is registered. The operator of the client needs both values. */
export const mismatchOf = ({ oidc }: KoaContextWithOIDC, error: Error): Mismatch | undefined => {
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
  if (error instanceof errors.InvalidClient && client === undefined)
    return mismatch('client_id', params?.['client_id']);
  return undefined;
};
