const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const maxLength = 2048;

/** Every name and address that leads to the device itself. No one owns such a host. */
export const isLoopbackHost = (hostname: string): boolean =>
  /^(?:.+\.)?localhost\.?$|^127\.|^0\.0\.0\.0$|^\[(?:::1?|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/.test(
    hostname,
  );

const isLoopback = (url: URL): boolean => loopback.has(url.hostname);

/** Whether the URI is https, or http on loopback. */
export const isSafeWebUri = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
};

interface RedirectRules {
  readonly native: boolean;
  /** Whether native clients may use this scheme although it is no reversed domain name. */
  readonly allowsScheme: (scheme: string) => boolean;
}

/** Browsers handle these themselves, and some run what follows. */
const browserSchemes = ['about', 'blob', 'data', 'file', 'javascript', 'vbscript', 'view-source'];

/**
 * Why a redirect URI can't be registered (RFC 9700 §2.1 and §4.1, RFC 8252 §7). It has to be exact, because it is
 * compared character by character, and it must lead only to the client.
 */
export const redirectUriProblem = (
  text: string,
  { native, allowsScheme }: RedirectRules,
): string | undefined => {
  const url = URL.parse(text);
  if (url === null) return 'is not an absolute URI';
  if (text.length > maxLength) return `is longer than ${maxLength} characters`;
  // URL parsers repair or drop these characters, and browsers and clients differ in how.
  if (/[^\x21-\x7e]|[\\"<>^`{|}]/.test(text)) return 'has characters that a URI must percent-encode';
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return 'has a % that encodes nothing; write %25';
  if (text.includes('#')) return 'has a fragment; leave out everything from # on';
  if (text.includes('*')) return 'has a wildcard; register each URI separately';
  if (url.username !== '' || url.password !== '') return 'has a user name or password in it';
  if (/^https?:/i.test(text) && !/^https?:\/\/[^/?]/i.test(text)) return 'has no host after https://';
  if (url.protocol === 'https:') {
    return native && isLoopback(url) ? 'is https on loopback; native clients use http there' : undefined;
  }
  if (url.protocol === 'http:')
    return isLoopback(url) ? undefined : 'must use https (http is for loopback only)';
  if (!native) return 'must use https; only native clients may use a custom scheme';
  const scheme = url.protocol.slice(0, -1);
  if (browserSchemes.includes(scheme)) return `has the scheme ${scheme}, which browsers handle themselves`;
  // RFC 8252 §7.1 requires a reversed domain name of the developer.
  return scheme.includes('.') || allowsScheme(scheme)
    ? undefined
    : 'needs a scheme with a reversed domain name, as com.example.app:';
};
