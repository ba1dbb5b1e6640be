import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A wire that can be bad at a chosen moment: between a client and a server on loopback or a socket. */
export interface TcpProxy {
  readonly port: number;
  /** Bytes both ways arrive this much later, in order. */
  delay(ms: number): void;
  /** The next bytes of the server are lost, and the connection is cut at that moment; for good, if so wanted. */
  dropNextReply(then?: 'refuse'): void;
  /** The next bytes of the client are lost, and the connection is cut at that moment. */
  dropNextRequest(): void;
  /** The next bytes of the client reach the server only on `heal`, though all connections are cut and refused at once. */
  holdNextRequest(): void;
  /** Every connection is cut; new ones are taken. */
  cut(): void;
  /** Nothing passes either way, nothing is cut. */
  freeze(): void;
  /** New connections are cut at once. */
  refuse(): void;
  /** All of it ends; what was frozen passes. */
  heal(): void;
  close(): Promise<void>;
}

type Upstream = { readonly port: number; readonly host?: string } | { readonly path: string };

export const startTcpProxy = async (upstream: Upstream): Promise<TcpProxy> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  const held: (() => void)[] = [];
  let delayMs = 0;
  let frozen: PromiseWithResolvers<void> | undefined;
  let refusing = false;
  let drop: 'reply' | 'last reply' | 'request' | 'hold' | undefined;

  const cutPair = (pair: readonly [Socket, Socket]): void => {
    for (const socket of pair) socket.destroy();
    pairs.delete(pair);
  };

  const refuse = (): void => {
    refusing = true;
    for (const pair of pairs) cutPair(pair);
  };

  /** One direction: late or frozen, bytes never overtake each other. */
  const createDirection = (): ((work: () => void) => void) => {
    let last: Promise<void> = Promise.resolve();
    return (work) => {
      const due = performance.now() + delayMs;
      last = last.then(async () => {
        const left = due - performance.now();
        if (delayMs > 0 && left > 0) await sleep(left);
        while (frozen) await frozen.promise;
        work();
      });
    };
  };

  const server = createServer((client) => {
    if (refusing) return client.destroy();
    const target = connect(upstream);
    const pair = [client, target] as const;
    const [toServer, toClient] = [createDirection(), createDirection()];
    pairs.add(pair);
    client.setNoDelay(true);
    target.setNoDelay(true);
    client.on('data', (bytes: Buffer) => {
      if (drop === 'request') {
        drop = undefined;
        return cutPair(pair);
      }
      if (drop === 'hold') {
        drop = undefined;
        held.push(() => {
          target.write(bytes);
          setTimeout(() => target.destroy(), 200);
        });
        pairs.delete(pair);
        client.destroy();
        refuse();
        return;
      }
      toServer(() => target.writable && target.write(bytes));
    });
    target.on('data', (bytes: Buffer) => {
      if (drop === 'reply' || drop === 'last reply') {
        if (drop === 'last reply') refuse();
        drop = undefined;
        return cutPair(pair);
      }
      toClient(() => client.writable && client.write(bytes));
    });
    for (const socket of pair) socket.on('error', () => {});
    client.on('close', () => toServer(() => cutPair(pair)));
    target.on('close', () => toClient(() => cutPair(pair)));
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    delay: (ms) => {
      delayMs = ms;
    },
    dropNextReply: (then) => {
      drop = then ? 'last reply' : 'reply';
    },
    dropNextRequest: () => {
      drop = 'request';
    },
    holdNextRequest: () => {
      drop = 'hold';
    },
    cut: () => {
      for (const pair of pairs) cutPair(pair);
    },
    freeze: () => {
      frozen ??= Promise.withResolvers();
    },
    refuse,
    heal: () => {
      delayMs = 0;
      frozen?.resolve();
      frozen = undefined;
      refusing = false;
      drop = undefined;
      for (const work of held.splice(0)) work();
    },
    close: async () => {
      for (const pair of pairs) cutPair(pair);
      server.close();
      await once(server, 'close');
    },
  };
};
