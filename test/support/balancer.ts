import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isReady } from './setup/index.ts';

/** A load balancer: it checks /readyz, alternates between servers, and retries only requests that were never sent. */
export interface Balancer {
  readonly url: string;
  /** Requests that found no server, or whose connection broke. */
  readonly broken: readonly string[];
  isUp(port: number): boolean;
  close(): Promise<void>;
}

interface Upstream {
  readonly port: number;
  readonly agent: Agent;
  up: boolean;
}

const checkEveryMs = 100;

export const startBalancer = async (port: number, ports: readonly number[]): Promise<Balancer> => {
  const upstreams: Upstream[] = ports.map((each) => ({
    port: each,
    agent: new Agent({ keepAlive: true, maxSockets: 32 }),
    up: false,
  }));
  const broken: string[] = [];
  let turn = 0;

  const checkUpstreams = async (): Promise<void> => {
    await Promise.all(
      upstreams.map(async (upstream) => {
        upstream.up = await isReady(`http://localhost:${upstream.port}`);
      }),
    );
  };
  const timer = setInterval(checkUpstreams, checkEveryMs);

  const forward = (
    from: IncomingMessage,
    to: ServerResponse,
    body: Buffer,
    triedUpstreams: readonly Upstream[],
  ): void => {
    const candidates = upstreams.filter((upstream) => upstream.up && !triedUpstreams.includes(upstream));
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
    const forwarded = request(
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
    forwarded.once('error', (error) => {
      const neverSent = 'code' in error && error.code === 'ECONNREFUSED';
      if (neverSent) forward(from, to, body, [...triedUpstreams, chosen]);
      else if (!to.headersSent) fail(`${error.message}${forwarded.reusedSocket ? ' (kept connection)' : ''}`);
    });
    forwarded.end(body);
  };

  const server = createServer((from, to) => {
    buffer(from).then(
      (body) => forward(from, to, body, []),
      () => to.destroy(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  await checkUpstreams();
  return {
    url: `http://localhost:${port}`,
    broken,
    isUp: (wanted) => upstreams.some(({ port: one, up }) => one === wanted && up),
    async close() {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
      for (const { agent } of upstreams) agent.destroy();
      await once(server, 'close');
    },
  };
};
