import type { Space } from '#src/store/port.ts';
import type { Connection } from './connection.ts';
import { readInfo, type ServerInfo } from './server-info.ts';

const spaceOf = (facts: ServerInfo): Space | undefined => {
  const totalBytes = Number(facts.get('maxmemory') ?? 0);
  if (!(totalBytes > 0)) return undefined;
  // Redis compares these with maxmemory; buffers for replicas and for the append-only file don't count.
  const used = Number(facts.get('used_memory') ?? 0) - Number(facts.get('mem_not_counted_for_evict') ?? 0);
  return { freeBytes: Math.max(0, totalBytes - used), totalBytes };
};

/** A cluster is full as soon as one of its servers is, so the fullest one counts. */
export const readSpace = async (connection: Connection, limitMs: number): Promise<Space | undefined> => {
  const all = await Promise.all(
    connection.masters().map(async (node) => spaceOf(await readInfo(node, limitMs, 'memory'))),
  );
  const share = ({ freeBytes, totalBytes }: Space): number => freeBytes / totalBytes;
  return all.reduce(
    (fullest, space) =>
      space !== undefined && (fullest === undefined || share(space) < share(fullest)) ? space : fullest,
    undefined,
  );
};
