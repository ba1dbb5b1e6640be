import type { Clock, Store } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { createHasExpired } from './expiry.ts';
import { type ChainHead, readHeads } from './heads.ts';
import type { AuditProblem } from './problem.ts';
import type { SeenHead } from './record.ts';
import { checkSeenRecords } from './seen-records.ts';
import { findStrayRecords } from './stray-records.ts';
import { walkChain } from './walk-chain.ts';

interface Verdict {
  readonly records: number;
  /** The operator keeps them elsewhere. A later `verify` that gets them finds what was removed since. */
  readonly heads: readonly ChainHead[];
  readonly problems: readonly AuditProblem[];
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly cipher: SecretCipher;
}

export const verify = async (
  { store, clock, cipher }: Dependencies,
  knownHeads: readonly SeenHead[] = [],
): Promise<Verdict> => {
  const hasExpired = createHasExpired(clock);
  const heads = new Map<string, ChainHead>();
  const problems: AuditProblem[] = [];
  const seen: SeenHead[] = [...knownHeads];
  let records = 0;

  for await (const one of readHeads(store, cipher)) {
    if ('problem' in one) {
      problems.push({ chain: one.chain, message: one.problem });
      continue;
    }
    heads.set(one.chain, one.head);
    const walked = await walkChain(store, one.head, hasExpired);
    records += walked.records;
    seen.push(...walked.seen);
    problems.push(...walked.problems);
  }
  problems.push(...(await findStrayRecords(store, cipher, heads)));
  problems.push(...(await checkSeenRecords(store, seen, hasExpired)));
  return { records, heads: [...heads.values()], problems };
};
