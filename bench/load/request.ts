import { secret } from '../fixtures.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const basicAuthorization = (client: string): string =>
  `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`;

export const formRequest = (
  path: string,
  client: string | undefined,
  parameters: Readonly<Record<string, string>>,
): Request => ({
  method: 'POST',
  path,
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    ...(client !== undefined && { authorization: basicAuthorization(client) }),
  },
  body: new URLSearchParams(parameters).toString(),
});

/** The bytes of a request, which are made before the measurement. */
export const serializeRequest = ({ method, path, headers = {}, body }: Request, host: string): string => {
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
};
