import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Names are in lower case; the last of equal names counts. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything received until the server closed the connection or the timeout ended. */
  readonly text: string;
}

/** Sends raw bytes and returns what is received until the connection ends. */
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
      // The server closed the connection on a request that it doesn't read.
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

/** Formats one HTTP request that closes its connection. */
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
