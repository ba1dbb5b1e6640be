import { Redis } from 'ioredis';
import type { Adapter, AdapterPayload } from 'oidc-provider';

const consumable = new Set([
  'AuthorizationCode',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
]);
const grantable = new Set([
  'AccessToken',
  'AuthorizationCode',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
]);

/**
 * Does what the Redis adapter in oidc-provider's documentation does. It keeps a hash for what can be consumed, a string
 * for the rest, a list of keys for each grant, and a pointer for user codes and session uids. A code exchange takes
 * five round trips.
 */
export const exampleAdapter = (socket: string): ((model: string) => Adapter) => {
  const redis = new Redis({ path: socket, keyPrefix: 'oidc:' });

  return (model) => {
    const redisKey = (id: string): string => `${model}:${id}`;
    const grantKey = (grantId: string): string => `grant:${grantId}`;

    const find = async (id: string): Promise<AdapterPayload | undefined> => {
      if (!consumable.has(model)) {
        const text = await redis.get(redisKey(id));
        return text === null ? undefined : JSON.parse(text);
      }
      const { payload, ...rest } = await redis.hgetall(redisKey(id));
      return payload === undefined ? undefined : { ...rest, ...JSON.parse(payload) };
    };

    return {
      find,
      async upsert(id, payload, expiresIn = 86_400) {
        const key = redisKey(id);
        const text = JSON.stringify(payload);
        const writes = redis.multi();
        if (consumable.has(model)) writes.hset(key, { payload: text });
        else writes.set(key, text);
        writes.expire(key, expiresIn);
        if (grantable.has(model) && payload.grantId) {
          const list = grantKey(payload.grantId);
          writes.rpush(list, `oidc:${key}`);
          if (expiresIn > (await redis.ttl(list))) writes.expire(list, expiresIn);
        }
        if (payload.userCode) writes.set(`userCode:${payload.userCode}`, id, 'EX', expiresIn);
        if (payload.uid) writes.set(`uid:${payload.uid}`, id, 'EX', expiresIn);
        await writes.exec();
      },
      async findByUid(uid) {
        const id = await redis.get(`uid:${uid}`);
        return id === null ? undefined : find(id);
      },
      async findByUserCode(userCode) {
        const id = await redis.get(`userCode:${userCode}`);
        return id === null ? undefined : find(id);
      },
      async consume(id) {
        await redis.hset(redisKey(id), 'consumed', Math.floor(Date.now() / 1000));
      },
      async destroy(id) {
        await redis.del(redisKey(id));
      },
      async revokeByGrantId(grantId) {
        const list = grantKey(grantId);
        const keys = await redis.lrange(list, 0, -1);
        const writes = redis.multi();
        for (const key of keys) writes.del(key.slice('oidc:'.length));
        writes.del(list);
        await writes.exec();
      },
    };
  };
};
