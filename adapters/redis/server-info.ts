import type { Redis } from 'ioredis';
import { withTimeout } from './with-timeout.ts';

export type ServerInfo = ReadonlyMap<string, string>;

export const parseInfo = (info: string): ServerInfo =>
  new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );

/** The answer to INFO: one section of it, or all. */
export const readInfo = async (node: Redis, limitMs: number, section?: string): Promise<ServerInfo> =>
  // What is no text says nothing: without facts, nothing is known of the server.
  parseInfo(String(await withTimeout(section === undefined ? node.info() : node.info(section), limitMs)));
