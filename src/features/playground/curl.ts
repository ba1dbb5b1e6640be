import type { Exchange } from './send.ts';

/** POSIX: nothing has a meaning between single quotes, and a single quote ends them. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** One line that repeats the request when pasted. */
export const toCurl = ({ method, url, headers, body }: Exchange): string =>
  [
    'curl -i',
    ...(method === 'POST' && body === undefined ? ['-X POST'] : []),
    ...Object.entries(headers)
      // curl names a form by itself.
      .filter(([name, value]) => !(name === 'content-type' && value === 'application/x-www-form-urlencoded'))
      .map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quote(body)}`]),
    quote(url),
  ].join(' ');
