import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Names in lower case; the last of a name wins. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything that came until the server closed or the patience ended. */
  readonly text: string;
}

/** Bytes as no honest client would send them, and what comes back until the connection ends. */
export const sendRaw = (
  issuer: string,
  bytes: string | Buffer,
  { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {},
): Promise<RawResponse> =>
  new Promise((settle, fail) => {
    const { hostname, port } = new URL(issuer);
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname);
    const chunks: Buffer[] = [];
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      settle(parse(Buffer.concat(chunks).toString('latin1')));
    };
    const timer = setTimeout(end, timeoutMs);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', end);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server hung up on what it did not want to read.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') end();
      else fail(error);
    });
    socket.write(bytes);
  });

const parse = (text: string): RawResponse => {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n'), text };
};

/** One request as it goes over the wire; the connection is closed after it. */
export const rawRequest = (
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string =>
  [
    `${method} ${target} HTTP/1.1`,
    ...Object.entries({ Connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
