import { freePort } from '#src/testing/free-port.ts';
import { type RedisServer, redisCommand, startRedis } from './redis-server.ts';
import { waitFor } from './wait-for.ts';

export interface ClusterSet {
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  /** The node that currently holds a slot. */
  ownerOf(slot: number): Promise<RedisServer>;
  slotOf(name: string): Promise<number>;
  /** Moves one slot key by key, as operators' tools do; `during` runs half-way. */
  moveSlot(slot: number, to: RedisServer, during?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const slots = 16_384;

/** Starts six nodes: three primaries, each with a replica. */
export const startCluster = async (): Promise<ClusterSet> => {
  const nodes = await Promise.all(Array.from({ length: 6 }, startNode));
  const ask = (node: RedisServer, ...words: string[]): Promise<unknown> => redisCommand(node.port, ...words);
  const ids = new Map<RedisServer, string>();
  await Promise.all(
    nodes.map(async (node, i) => {
      ids.set(node, String(await ask(node, 'cluster', 'myid')));
      await ask(node, 'cluster', 'set-config-epoch', `${i + 1}`);
      if (i >= 3) return;
      const [from, to] = [Math.floor((i * slots) / 3), Math.floor(((i + 1) * slots) / 3) - 1];
      await ask(node, 'cluster', 'addslotsrange', `${from}`, `${to}`);
    }),
  );
  const [first] = nodes;
  if (!first) throw new Error('six nodes');
  // Every node meets every other, because gossip would take seconds.
  for (const [i, node] of nodes.entries())
    for (const { port, busPort } of nodes.slice(i + 1))
      await ask(node, 'cluster', 'meet', '127.0.0.1', `${port}`, `${busPort}`);
  await waitFor('nodes that know each other', async () => {
    const views = await Promise.all(nodes.map((node) => ask(node, 'cluster', 'nodes')));
    return views.every((view) => {
      const lines = String(view).trim().split('\n');
      return lines.length === 6 && !/handshake|noaddr|fail/.test(String(view));
    });
  });
  await Promise.all(
    nodes.slice(3).map((node, i) => ask(node, 'cluster', 'replicate', ids.get(nodes[i] ?? node) ?? '')),
  );
  await waitFor('a cluster that is whole', async () => {
    const states = await Promise.all(nodes.map((node) => ask(node, 'cluster', 'info')));
    const links = await Promise.all(nodes.slice(3).map((node) => ask(node, 'info', 'replication')));
    const views = await Promise.all(nodes.map((node) => ask(node, 'cluster', 'slots')));
    return (
      states.every((state) => String(state).includes('cluster_state:ok')) &&
      links.every((link) => String(link).includes('master_link_status:up')) &&
      views.every(
        (view) => Array.isArray(view) && view.every((range) => Array.isArray(range) && range.length === 4),
      )
    );
  });

  const ownerOf = async (slot: number): Promise<RedisServer> => {
    for (const node of nodes) {
      const view: unknown = await ask(node, 'cluster', 'slots').catch(() => undefined);
      if (!Array.isArray(view)) continue;
      for (const [from, to, [, port]] of view)
        if (from <= slot && slot <= to) {
          const owner = nodes.find((other) => other.port === Number(port));
          if (owner) return owner;
        }
    }
    throw new Error(`nobody holds slot ${slot}`);
  };

  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    ownerOf,
    slotOf: async (name) => Number(await ask(first, 'cluster', 'keyslot', name)),
    moveSlot: async (slot, to, during) => {
      const from = await ownerOf(slot);
      const [fromId, toId] = [ids.get(from) ?? '', ids.get(to) ?? ''];
      await ask(to, 'cluster', 'setslot', `${slot}`, 'importing', fromId);
      await ask(from, 'cluster', 'setslot', `${slot}`, 'migrating', toId);
      const found: unknown = await ask(from, 'cluster', 'getkeysinslot', `${slot}`, '10000');
      const keys = Array.isArray(found) ? found.map(String) : [];
      const half = Math.ceil(keys.length / 2);
      const move = async (some: readonly string[]): Promise<void> => {
        if (some.length > 0)
          await ask(from, 'migrate', '127.0.0.1', `${to.port}`, '', '0', '5000', 'keys', ...some);
      };
      await move(keys.slice(0, half));
      await during?.();
      await move(keys.slice(half));
      for (const node of [to, from]) await ask(node, 'cluster', 'setslot', `${slot}`, 'node', toId);
    },
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
};

const startNode = async (): Promise<RedisServer & { readonly busPort: number }> => {
  const busPort = await freePort();
  const cluster = [
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    `${busPort}`,
    '--cluster-node-timeout',
    '1500',
  ];
  // A replica counts once it has received data from its primary.
  const replication = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  return { ...(await startRedis({ args: [...cluster, ...replication] })), busPort };
};
