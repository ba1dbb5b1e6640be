import type { ClientMetadata } from '../../services/clients/index.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

export const schemeOf = (uri: string): string => URL.parse(uri)?.protocol.slice(0, -1) ?? '';

export const isWeb = (uri: string): boolean => ['http', 'https'].includes(schemeOf(uri));

/** RFC 8252 §7: only an app on a device of the person can receive such a redirect. */
const isOnDevice = (uri: string): boolean => !isWeb(uri) || loopback.includes(URL.parse(uri)?.hostname ?? '');

/**
 * Many apps leave `application_type` out, and some say `web` with a scheme of their own. The default of OpenID Connect,
 * `web`, would refuse the scheme, and a loopback URI with another port than the registered one.
 */
export const withApplicationType = (metadata: ClientMetadata, schemes: readonly string[]): ClientMetadata => {
  const { application_type: type, redirect_uris: uris = [] } = metadata;
  const isNative =
    type === undefined
      ? uris.length > 0 && uris.every(isOnDevice)
      : uris.some((uri) => schemes.includes(schemeOf(uri)));
  return isNative ? { ...metadata, application_type: 'native' } : metadata;
};
