import type { Exchange } from './send.ts';

/** In POSIX shells no character is special between single quotes, and a single quote ends them. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command line that repeats a request. */
export const toCurl = ({ method, url, headers, body }: Exchange): string =>
  [
    'curl -i',
    ...(method === 'POST' && body === undefined ? ['-X POST'] : []),
    ...Object.entries(headers)
      // curl adds this header to a form.
      .filter(([name, value]) => !(name === 'content-type' && value === 'application/x-www-form-urlencoded'))
      .map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quote(body)}`]),
    quote(url),
  ].join(' ');
