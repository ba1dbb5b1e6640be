import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';

/** Starts a reverse proxy that changes responses. */
export const startTamperingProxy = async (
  to: number,
  tamper: (path: string, headers: IncomingHttpHeaders) => IncomingHttpHeaders | number,
  host = `localhost:${to}`,
) => {
  const server = createServer((from, answer) => {
    const path = from.url?.split('?')[0] ?? '';
    const forwarded = request(
      {
        port: to,
        path: from.url,
        method: from.method,
        headers: { ...from.headers, host },
      },
      (upstreamResponse) => {
        const tampered = tamper(path, upstreamResponse.headers);
        answer.writeHead(
          typeof tampered === 'number' ? tampered : (upstreamResponse.statusCode ?? 500),
          typeof tampered === 'number' ? {} : tampered,
        );
        upstreamResponse.pipe(answer);
      },
    );
    forwarded.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    url: `http://localhost:${address.port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
