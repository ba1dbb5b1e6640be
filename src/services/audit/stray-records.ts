import type { Store } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { type ChainHead, readHead } from './heads.ts';
import type { AuditProblem } from './problem.ts';

const pageSize = 200;

/** Finds records beyond the head of their chain, and records of chains without a head. */
export const findStrayRecords = async (
  store: Store,
  cipher: SecretCipher,
  heads: ReadonlyMap<string, ChainHead>,
): Promise<readonly AuditProblem[]> => {
  const problems: AuditProblem[] = [];
  const beyond = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await store.list('audit', 'all', {
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    for (const { key } of page.items) {
      const seq = Number(key.id);
      if (seq > (heads.get(key.family)?.seq ?? 0)) {
        beyond.set(key.family, Math.max(seq, beyond.get(key.family) ?? 0));
      }
    }
    cursor = page.next;
  } while (cursor !== undefined);
  for (const [chain, seq] of beyond) {
    // A record that was written meanwhile moved its head too.
    const now = await readHead(store, chain, cipher);
    if (now && 'head' in now && now.head.seq >= seq) continue;
    if (now && 'problem' in now) continue;
    problems.push({
      chain,
      seq,
      message: now ? 'comes after the end of its chain' : 'belongs to a chain without an end',
    });
  }
  return problems;
};
