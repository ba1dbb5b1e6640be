/**
 * Checks URLs from clients and configuration. Escaping keeps a URL inside its attribute, but only this check keeps
 * `javascript:` and similar schemes out.
 */
export const webUrl = (url: string | undefined): string | undefined => {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? url : undefined;
};

/** An image of another site must use https: the content security policy allows nothing else. */
export const imageUrl = (url: string | undefined): string | undefined => {
  const web = webUrl(url);
  return web !== undefined && new URL(web).protocol === 'https:' ? web : undefined;
};

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The same for the logo of an application, which may also be on this server, and that may be one in development. */
export const appLogoUrl = (url: string | undefined): string | undefined => {
  const web = webUrl(url);
  return imageUrl(url) ?? (web !== undefined && loopback.has(new URL(web).hostname) ? web : undefined);
};

/** A link back to an app: http, https, or a private-use scheme, which contains a dot (RFC 8252 §7.1). */
export const appUrl = (url: string | undefined): string | undefined => {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return webUrl(url) ?? (new URL(url).protocol.includes('.') ? url : undefined);
};

/** A path of this server. It has one slash and no authority, so it can't leave the origin. */
export const ownPath = (path: string): string => {
  const base = 'http://own.invalid';
  if (!path.startsWith('/') || !URL.canParse(path, base) || new URL(path, base).origin !== base) return '/';
  return path;
};

/** The target of a form: a path or URL of this server, or an app's registered redirect URI. */
export const formTarget = (action: string): string => appUrl(action) ?? ownPath(action);

/** The URL of the same page in another language. */
export const withLanguage = (path: string, tag: string): string => {
  const url = new URL(ownPath(path), 'http://own.invalid');
  url.searchParams.set('lang', tag);
  return `${url.pathname}${url.search}`;
};
