import { Redis } from 'ioredis';
import { type FloorStorage, shortLifetime } from './storage.ts';

const exchange = `
local found = redis.call('GETDEL', KEYS[1])
if not found then return false end
redis.call('SET', KEYS[2], found, 'EX', ARGV[1])
return found`;

const issue = `
local found = redis.call('GET', KEYS[1])
if not found then return false end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ${shortLifetime})
return found`;

type ScriptedRedis = Redis & {
  exchange(consumed: string, kept: string, seconds: number): Promise<string | null>;
  issue(read: string, kept: string, content: string): Promise<string | null>;
};

/** Each request is one script call. */
export const openRedisStorage = (socket: string): FloorStorage => {
  const redis = new Redis({ path: socket });
  redis.defineCommand('exchange', { numberOfKeys: 2, lua: exchange });
  redis.defineCommand('issue', { numberOfKeys: 2, lua: issue });
  // `defineCommand` adds what the type says.
  const scripted = redis as ScriptedRedis;
  return {
    exchange: async (consumed, kept, seconds) =>
      (await scripted.exchange(consumed, kept, seconds)) ?? undefined,
    issue: async (read, kept, content) => (await scripted.issue(read, kept, content)) ?? undefined,
    get: async (id) => (await redis.get(id)) ?? undefined,
    async putAll(ids, content) {
      const writes = redis.pipeline();
      for (const id of ids) writes.set(id, content, 'EX', shortLifetime);
      await writes.exec();
    },
  };
};
