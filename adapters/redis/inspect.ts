import type { Redis } from 'ioredis';
import type { Finding } from '#src/store/port.ts';
import type { Connection } from './connection.ts';
import { parseInfo, readInfo, type ServerInfo } from './server-info.ts';
import { withTimeout } from './with-timeout.ts';

/** Problems that an operator should fix. INFO shows all of them; CONFIG isn't needed, and many providers forbid it. */
export const inspect = async (connection: Connection, limitMs: number): Promise<Finding[]> => {
  const nodes = connection.masters();
  if (!connection.ready || nodes.length === 0) return [unreachable];
  const findings = await Promise.all(nodes.map((node) => inspectServer(node, connection.clustered, limitMs)));
  // The servers of a cluster mostly share their problems, so each problem is reported once.
  return [...new Map(findings.flat().map((finding) => [finding.code, finding])).values()];
};

const inspectServer = async (node: Redis, clustered: boolean, limitMs: number): Promise<Finding[]> => {
  let facts: ServerInfo;
  try {
    facts = await readInfo(node, limitMs);
  } catch (error) {
    return [error instanceof Error && error.message.startsWith('NOPERM') ? unchecked : unreachable];
  }
  const state = clustered ? await checkCluster(node, limitMs) : [];
  return [...checkVersion(facts), ...checkRole(facts, clustered), ...checkPersistence(facts), ...state];
};

const checkVersion = (facts: ServerInfo): Finding[] => {
  const version = facts.get('valkey_version') ?? facts.get('redis_version') ?? '';
  // Valkey reports Redis 7.2.4 for old clients.
  if (Number.parseInt(facts.get('redis_version') ?? '', 10) >= 7) return [];
  return [
    {
      code: 'store_too_old',
      fatal: true,
      message: `Redis is version ${version || 'unknown'}; 7.0 or later is needed.`,
      fix: 'Run Redis 7.0 or Valkey 7.2, or later.',
    },
  ];
};

const checkRole = (facts: ServerInfo, clustered: boolean): Finding[] => {
  const found: Finding[] = [];
  if (facts.get('role') === 'slave')
    found.push({
      code: 'store_is_replica',
      fatal: true,
      message: 'This Redis is a replica and takes no writes.',
      fix: 'Name the primary in store.url, or the sentinels (redis+sentinel://).',
    });
  // INFO contains this line only if min-replicas-to-write is set.
  if (facts.get('min_slaves_good_slaves') === '0')
    found.push({
      code: 'store_lacks_replicas',
      fatal: true,
      message: 'Redis takes no writes without replicas (min-replicas-to-write), and none keeps up with it.',
      fix: 'Bring its replicas back, or set min-replicas-to-write 0.',
    });
  if (!clustered && facts.get('cluster_enabled') === '1')
    found.push({
      code: 'store_is_cluster',
      fatal: true,
      message: 'This Redis is a node of a cluster and holds only a part of the data.',
      fix: 'Write redis+cluster:// in store.url.',
    });
  return found;
};

const checkPersistence = (facts: ServerInfo): Finding[] => {
  const found: Finding[] = [];
  const policy = facts.get('maxmemory_policy');
  if (policy === undefined) found.push(unchecked);
  else if (policy !== 'noeviction')
    found.push({
      code: 'store_evicts',
      fatal: true,
      message: `Redis drops data when its memory is full (maxmemory-policy ${policy}): accounts, clients and keys would be lost.`,
      fix: 'Set maxmemory-policy noeviction.',
    });
  const limit = Number(facts.get('maxmemory') ?? 0);
  const used = Number(facts.get('used_memory') ?? 0);
  if (limit > 0 && used >= limit)
    found.push({
      code: 'store_full',
      fatal: true,
      message: 'Redis has used all of its maxmemory and takes no writes.',
      fix: 'Raise maxmemory.',
    });
  else if (limit > 0 && used > 0.8 * limit)
    found.push({
      code: 'store_nearly_full',
      fatal: false,
      message:
        'Redis has used more than four fifths of its maxmemory. With the usual store.reserve_percent no new sign-in is accepted now; when it is full it takes no writes.',
      fix: 'Raise maxmemory.',
    });
  else if (limit === 0 && facts.has('maxmemory'))
    found.push({
      code: 'store_unlimited',
      fatal: false,
      message:
        'Redis has no maxmemory: it may take all memory of its machine, and store.reserve_percent has no effect.',
      fix: 'Set maxmemory to what Redis may use.',
    });
  if (facts.get('aof_enabled') === '0')
    found.push({
      code: 'store_not_durable',
      fatal: false,
      message:
        'Redis keeps no append-only file: what was written since its last snapshot is lost when it stops.',
      fix: 'Set appendonly yes.',
    });
  if (facts.get('aof_last_write_status') === 'err' || facts.get('rdb_last_bgsave_status') === 'err')
    found.push({
      code: 'store_can_not_save',
      fatal: true,
      message: 'Redis could not write to its disk.',
      fix: 'Look at its log, and at the free space and permissions of its data directory.',
    });
  return found;
};

const checkCluster = async (node: Redis, limitMs: number): Promise<Finding[]> => {
  try {
    // The driver types the reply as unknown.
    const state = parseInfo(String(await withTimeout(node.cluster('INFO'), limitMs))).get('cluster_state');
    return state === 'ok' ? [] : [clusterDown];
  } catch {
    return [clusterDown];
  }
};

const unreachable: Finding = {
  code: 'store_unreachable',
  fatal: true,
  message: 'Redis does not answer.',
  fix: 'Check store.url, and that it is running.',
};

const unchecked: Finding = {
  code: 'store_not_checked',
  fatal: false,
  message: 'Redis does not allow INFO, so eviction, persistence, version and free memory are not checked.',
  fix: 'Allow the INFO command to the user of store.url, or check maxmemory-policy noeviction and appendonly yes by hand.',
};

const clusterDown: Finding = {
  code: 'store_cluster_down',
  fatal: true,
  message: 'The cluster does not serve all of its slots.',
  fix: 'Look at CLUSTER INFO and CLUSTER NODES on any of its servers.',
};
