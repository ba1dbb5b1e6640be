import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isReady } from './server-process.ts';

/** A reverse proxy as operators have one: asks /readyz, goes round, and tries again only what was never sent. */
export interface Balancer {
  readonly url: string;
  /** Requests that no server could be found for, or whose connection broke. */
  readonly broken: readonly string[];
  isUp(port: number): boolean;
  close(): Promise<void>;
}

interface Upstream {
  readonly port: number;
  readonly agent: Agent;
  up: boolean;
}

const lookEveryMs = 100;

export const startBalancer = async (port: number, ports: readonly number[]): Promise<Balancer> => {
  const upstreams: Upstream[] = ports.map((each) => ({
    port: each,
    agent: new Agent({ keepAlive: true, maxSockets: 32 }),
    up: false,
  }));
  const broken: string[] = [];
  let turn = 0;

  const look = async (): Promise<void> => {
    await Promise.all(
      upstreams.map(async (upstream) => {
        upstream.up = await isReady(`http://localhost:${upstream.port}`);
      }),
    );
  };
  const looking = setInterval(look, lookEveryMs);

  const pass = (
    from: IncomingMessage,
    to: ServerResponse,
    body: Buffer,
    tried: readonly Upstream[],
  ): void => {
    const candidates = upstreams.filter((upstream) => upstream.up && !tried.includes(upstream));
    turn += 1;
    const chosen = candidates[turn % candidates.length];
    const fail = (why: string): void => {
      broken.push(`${from.method} ${from.url?.split('?')[0]}: ${why}`);
      to.writeHead(502).end();
    };
    if (!chosen) {
      fail('no server is up');
      return;
    }
    const headers = { ...from.headers, 'x-forwarded-for': from.socket.remoteAddress };
    const { connection: _, ...kept } = headers;
    const onward = request(
      {
        host: '127.0.0.1',
        port: chosen.port,
        agent: chosen.agent,
        method: from.method,
        path: from.url,
        headers: kept,
      },
      (answer) => {
        const { connection: __, 'keep-alive': ___, ...back } = answer.headers;
        to.writeHead(answer.statusCode ?? 502, back);
        answer.pipe(to);
        answer.once('error', () => fail('the answer broke off'));
      },
    );
    onward.once('error', (error) => {
      const neverSent = 'code' in error && error.code === 'ECONNREFUSED';
      if (neverSent) pass(from, to, body, [...tried, chosen]);
      else if (!to.headersSent) fail(`${error.message}${onward.reusedSocket ? ' (kept connection)' : ''}`);
    });
    onward.end(body);
  };

  const server = createServer((from, to) => {
    buffer(from).then(
      (body) => pass(from, to, body, []),
      () => to.destroy(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  await look();
  return {
    url: `http://localhost:${port}`,
    broken,
    isUp: (wanted) => upstreams.some(({ port: one, up }) => one === wanted && up),
    async close() {
      clearInterval(looking);
      server.close();
      server.closeAllConnections();
      for (const { agent } of upstreams) agent.destroy();
      await once(server, 'close');
    },
  };
};
