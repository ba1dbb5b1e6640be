import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy between a client and a server on loopback or a socket, which can fail at a chosen moment. */
export interface TcpProxy {
  readonly port: number;
  /** Delays bytes in both directions, keeping their order. */
  delay(ms: number): void;
  /** Drops the next bytes of the server and cuts the connection; with `refuse` new connections are refused as well. */
  dropNextReply(then?: 'refuse'): void;
  /** Drops the next bytes of the client and cuts the connection. */
  dropNextRequest(): void;
  /** Holds the next bytes of the client until `heal`, and cuts and refuses all connections at once. */
  holdNextRequest(): void;
  /** Cuts every connection; new ones are accepted. */
  cut(): void;
  /** Holds all bytes in both directions without cutting connections. */
  freeze(): void;
  /** Cuts all connections and refuses new ones. */
  refuse(): void;
  /** Accepts new connections again, while held bytes stay held. */
  accept(): void;
  /** Ends every fault; held bytes pass. */
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

  /** Creates the queue of one direction, in which delayed or held bytes never overtake each other. */
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
    let holds = false;
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
        holds = true;
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
    // The connection to the server stays open for held bytes.
    client.on('close', () => toServer(() => !holds && cutPair(pair)));
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
    accept: () => {
      refusing = false;
    },
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
