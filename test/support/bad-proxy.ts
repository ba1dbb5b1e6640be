import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';

/** A reverse proxy that does to answers what it should not. */
export const badProxy = async (
  to: number,
  spoil: (path: string, headers: IncomingHttpHeaders) => IncomingHttpHeaders | number,
  host = `localhost:${to}`,
) => {
  const server = createServer((from, answer) => {
    const path = from.url?.split('?')[0] ?? '';
    const onward = request(
      {
        port: to,
        path: from.url,
        method: from.method,
        headers: { ...from.headers, host },
      },
      (back) => {
        const spoiled = spoil(path, back.headers);
        answer.writeHead(
          typeof spoiled === 'number' ? spoiled : (back.statusCode ?? 500),
          typeof spoiled === 'number' ? {} : spoiled,
        );
        back.pipe(answer);
      },
    );
    onward.end();
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
