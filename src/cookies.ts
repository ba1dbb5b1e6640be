import type { IncomingHttpHeaders } from 'node:http';

interface CookieOptions {
  /** In seconds. 0 deletes the cookie; without it the cookie lives until the browser closes. */
  readonly maxAge?: number;
  readonly secure: boolean;
  readonly path?: string;
}

export const cookieIn = ({ cookie }: IncomingHttpHeaders, name: string): string | undefined => {
  for (const pair of (cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
};

/** It doesn't escape values, which must consist of letters, digits, dots, dashes and underscores. */
export const serializeCookie = (
  name: string,
  value: string,
  { maxAge, secure, path = '/' }: CookieOptions,
): string =>
  [
    `${name}=${value}`,
    `Path=${path}`,
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    'SameSite=Lax',
    ...(secure ? ['Secure'] : []),
  ].join('; ');
