import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '#src/testing/free-port.ts';
import { type RedisServer, redisCommand, startRedis } from './redis-server.ts';
import { waitFor } from './wait-for.ts';

export interface SentinelSet {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  /** The server that the sentinels currently name. */
  primary(): Promise<RedisServer>;
  close(): Promise<void>;
}

const name = 'postern';

/** Starts one primary, two replicas and three sentinels that act after half a second. */
export const startSentinel = async (): Promise<SentinelSet> => {
  const first = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  const replicaOf = ['--replicaof', `127.0.0.1 ${first.port}`, '--repl-diskless-sync-delay', '0'];
  const replicas = await Promise.all([startRedis({ args: replicaOf }), startRedis({ args: replicaOf })]);
  const servers = [first, ...replicas];
  await waitFor('two replicas', async () => {
    const info = String(await redisCommand(first.port, 'info', 'replication'));
    return info.match(/state=online/g)?.length === 2;
  });
  const sentinels = await Promise.all([1, 2, 3].map(() => startOne(first.port)));
  const [one] = sentinels;
  if (!one) throw new Error('three sentinels');
  await waitFor('sentinels that know each other and the replicas', async () => {
    const states = await Promise.all(sentinels.map(({ port }) => redisCommand(port, 'info', 'sentinel')));
    return states.every((state) => /status=ok,.*slaves=2,sentinels=3/.test(String(state)));
  });
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${name}`,
    servers,
    sentinels,
    primary: async () => {
      const address = await redisCommand(one.port, 'sentinel', 'get-master-addr-by-name', name);
      const port = Array.isArray(address) ? Number(address[1]) : 0;
      const server = servers.find((other) => other.port === port);
      if (!server) throw new Error('the sentinels name no server of ours');
      return server;
    },
    close: async () => {
      await Promise.all([...sentinels, ...servers].map((server) => server.close()));
    },
  };
};

const startOne = async (primary: number): Promise<RedisServer> => {
  const port = await freePort();
  return startRedis({
    port,
    sentinel: (dir) => {
      const file = join(dir, 'sentinel.conf');
      writeFileSync(
        file,
        [
          `port ${port}`,
          'bind 127.0.0.1',
          `dir ${dir}`,
          `sentinel monitor ${name} 127.0.0.1 ${primary} 2`,
          `sentinel down-after-milliseconds ${name} 500`,
          `sentinel failover-timeout ${name} 3000`,
          `sentinel parallel-syncs ${name} 2`,
        ].join('\n'),
      );
      return file;
    },
  });
};
