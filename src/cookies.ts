import type { IncomingHttpHeaders } from 'node:http';

interface CookieOptions {
  /** Seconds; absent: until the browser is closed; 0: gone. */
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

/** Values of ours only: letters, digits, dots, dashes. */
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
