/**
 * URLs that come from clients and configuration. Escaping keeps them inside the attribute; this keeps
 * `javascript:` and its kin out of it.
 */
export const webUrl = (url: string | undefined): string | undefined => {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? url : undefined;
};

/** A picture from elsewhere: https only, as the policy of the page has it. */
export const imageUrl = (url: string | undefined): string | undefined => {
  const web = webUrl(url);
  return web !== undefined && new URL(web).protocol === 'https:' ? web : undefined;
};

/** A way back to an app: the web, or a private-use scheme, which has a dot in it (RFC 8252 §7.1). */
export const appUrl = (url: string | undefined): string | undefined => {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return webUrl(url) ?? (new URL(url).protocol.includes('.') ? url : undefined);
};

/** A path of our own: one slash, no authority, so it can't leave the origin. */
export const ownPath = (path: string): string => {
  const base = 'http://own.invalid';
  if (!path.startsWith('/') || !URL.canParse(path, base) || new URL(path, base).origin !== base) return '/';
  return path;
};

/** Where a form posts: a route of ours, by path or in full, or an app's registered redirect URI. */
export const formTarget = (action: string): string => appUrl(action) ?? ownPath(action);

/** The same page in another language, by GET. */
export const withLanguage = (path: string, tag: string): string => {
  const url = new URL(ownPath(path), 'http://own.invalid');
  url.searchParams.set('lang', tag);
  return `${url.pathname}${url.search}`;
};
