import type { Exchange } from './wire.ts';

/** POSIX: nothing has a meaning between single quotes, and a single quote ends them. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** One line that repeats the request when pasted. */
export const asCurl = ({ method, url, headers, body }: Exchange): string =>
  [
    'curl -i',
    ...(method === 'POST' && body === undefined ? ['-X POST'] : []),
    ...Object.entries(headers)
      // curl names a form by itself.
      .filter(([name, value]) => !(name === 'content-type' && value === 'application/x-www-form-urlencoded'))
      .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quoted(body)}`]),
    quoted(url),
  ].join(' ');
