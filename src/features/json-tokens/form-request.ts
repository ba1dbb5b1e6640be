import type { IncomingMessage } from 'node:http';
import { jsonTokensPath } from '../../provider/paths.ts';

/** The headers of the original request that the token endpoint reads. */
const copiedHeaders = ['authorization', 'user-agent', 'origin'] as const;

interface FormRequestOptions {
  readonly issuer: URL;
  /** The client's address, as far as trusted proxies report it. */
  readonly address: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The token request of RFC 6749 that the engine gets instead of the original. */
export const toFormRequest = (
  original: IncomingMessage,
  { issuer, address, parameters }: FormRequestOptions,
): IncomingMessage => {
  const body = Buffer.from(new URLSearchParams(parameters).toString());
  const headers: Record<string, string | string[] | undefined> = {
    host: issuer.host,
    'x-forwarded-proto': issuer.protocol.slice(0, -1),
    'x-forwarded-for': address,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
    accept: 'application/json',
  };
  for (const name of copiedHeaders)
    if (original.headers[name] !== undefined) headers[name] = original.headers[name];
  const { socket, httpVersion, httpVersionMajor, httpVersionMinor } = original;
  const formRequest = {
    method: 'POST',
    url: jsonTokensPath,
    headers,
    socket,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    // The engine's body parser reads these three.
    readable: true,
    readableEncoding: null,
    iterator: () => [body],
  };
  // Koa and oidc-provider read the properties above and no other member of the class.
  return formRequest as unknown as IncomingMessage;
};
