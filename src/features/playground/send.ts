import { type IncomingMessage, request } from 'node:http';
import { Failure } from '../../errors.ts';

/** One request and its response, as they were sent. A journal stores it under these names. */
export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

export interface OutgoingRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
}

export type SendRequest = (outgoing: OutgoingRequest) => Promise<Exchange>;

/** The local end of the socket that a request arrived on. */
interface SocketAddress {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

const timeoutMs = 5000;
const maxAnswerLength = 200_000;

const shownHeaders = [
  'content-type',
  'cache-control',
  'location',
  'www-authenticate',
  'dpop-nonce',
  'retry-after',
];

const loopback = /^(::ffff:)?127\.|^::1$/;

const failed = (message: string, cause?: unknown): Failure =>
  new Failure({ code: 'playground_failed', status: 502, message, ...(cause !== undefined && { cause }) });

const read = async (answer: IncomingMessage): Promise<string> => {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) {
    text += chunk;
    if (text.length > maxAnswerLength) {
      answer.destroy();
      throw failed('The answer was too long to be shown.');
    }
  }
  return text;
};

const encodeBody = ({
  form,
  json,
}: OutgoingRequest): { readonly type: string; readonly text: string } | undefined => {
  if (form) return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
  if (json) return { type: 'application/json', text: JSON.stringify(json) };
  return undefined;
};

/**
 * Sends requests to this server only: the connection goes to the loopback address that the browser's request arrived
 * at, and a URL of another origin is refused.
 */
export const createSender = (issuer: string, { localAddress, localPort }: SocketAddress): SendRequest => {
  const issuerUrl = new URL(issuer);
  return async (outgoing) => {
    const { origin, pathname, search } = new URL(outgoing.url);
    if (origin !== issuerUrl.origin || !loopback.test(localAddress ?? '') || localPort === undefined) {
      throw failed('The playground calls its own server, by loopback, and no other.');
    }
    const body = encodeBody(outgoing);
    const method = body ? 'POST' : 'GET';
    const headers = {
      accept: 'application/json',
      ...(body && { 'content-type': body.type }),
      ...outgoing.headers,
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request({
        host: localAddress,
        port: localPort,
        method,
        path: `${pathname}${search}`,
        headers: { ...headers, host: issuerUrl.host, connection: 'close' },
        timeout: timeoutMs,
      });
      call.once('response', resolve);
      call.once('timeout', () => call.destroy(failed('The server took too long to answer.')));
      call.once('error', (error) => reject(failed('The server could not be reached.', error)));
      call.end(body?.text);
    });
    const headersToShow = shownHeaders.flatMap((name) => {
      const value = answer.headers[name];
      return value === undefined ? [] : [[name, String(value)]];
    });
    return {
      method,
      url: outgoing.url,
      headers,
      ...(body && { body: body.text }),
      answer: {
        status: answer.statusCode ?? 0,
        headers: Object.fromEntries(headersToShow),
        body: await read(answer),
      },
    };
  };
};

/** The members of a JSON response; none if the response isn't JSON. */
export const answerJson = ({ answer }: Exchange): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(answer.body);
    // Any object can be read by name.
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};
