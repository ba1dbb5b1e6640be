import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../../test/support/redis-server.ts';

export interface RunningRedis {
  readonly socket: string;
  readonly url: string;
  readonly pid: number;
  readonly client: Redis;
  close(): Promise<void>;
}

/** Each subject gets a separate Redis, so that processor time and memory can be attributed to it. */
export const openRedis = async (): Promise<RunningRedis> => {
  const server = await startRedis({ port: 'socket' });
  const socket = join(server.dir, 'redis.sock');
  const client = new Redis({ path: socket });
  const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]);
  return {
    socket,
    url: server.url,
    pid,
    client,
    async close() {
      client.disconnect();
      await server.close();
    },
  };
};
