import { randomInt } from 'node:crypto';
import type { Clock } from '../../../store/port.ts';
import type { AccountStore } from '../store.ts';
import type { HashKind, KindsInUse } from './hash-format.ts';

interface Dependencies {
  readonly stored: Pick<AccountStore, 'list' | 'search'>;
  /** The hashes that the configuration lists. */
  readonly configured: readonly string[];
  readonly passwords: {
    kindOf(hash: string): HashKind | undefined;
    isOutdated(hash: string): boolean;
  };
  readonly clock: Clock;
}

const maxAgeMs = 10 * 60_000;
/** A store of fewer accounts is read whole. */
const pageSize = 200;
/** Of a larger store, accounts whose names begin with one of so many characters are read, too. */
const prefixes = 16;
const accountsPerPrefix = 12;
/**
 * A refusal costs all of these kinds together, which is half a second at most. Otherwise one account with a costly hash would
 * let strangers with made-up names hold up all sign-ins.
 */
const maxCost = 0.25;

const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';

const somePrefixes = (): readonly string[] =>
  Array.from({ length: prefixes }, () => characters.charAt(randomInt(characters.length)));

/**
 * Looks at a sample of the accounts, and again after some minutes. After a migration most accounts have hashes of the former
 * system, and after a change of the settings hashes of the former cost, until their owners sign in.
 */
export const createKindsInUse = ({ stored, configured, passwords, clock }: Dependencies): KindsInUse => {
  const sample = async (): Promise<readonly string[]> => {
    const first = await stored.list(pageSize, undefined);
    const others =
      first.next === undefined
        ? []
        : await Promise.all(
            somePrefixes().map((prefix) => stored.search(prefix, accountsPerPrefix, undefined)),
          );
    const records = [first, ...others].flatMap((page) => page.records);
    const hashOf = new Map(records.map(({ id, hash }) => [id, hash]));
    const found = new Map<string, { readonly cost: number; count: number }>();
    for (const hash of [...hashOf.values(), ...configured]) {
      const kind = hash === undefined || !passwords.isOutdated(hash) ? undefined : passwords.kindOf(hash);
      if (kind === undefined) continue;
      const entry = found.get(kind.decoy) ?? { cost: kind.cost, count: 0 };
      entry.count += 1;
      found.set(kind.decoy, entry);
    }
    let left = maxCost;
    return [...found]
      .toSorted(([, a], [, b]) => b.count - a.count)
      .filter(([, { cost }]) => {
        if (cost > left) return false;
        left -= cost;
        return true;
      })
      .map(([decoy]) => decoy);
  };

  let kinds: readonly string[] | undefined;
  let loading: Promise<void> | undefined;
  let loadedAt = 0;
  const load = async (): Promise<void> => {
    try {
      kinds = await sample();
      loadedAt = clock.now();
    } finally {
      loading = undefined;
    }
  };

  return async () => {
    if (kinds === undefined || clock.now() - loadedAt >= maxAgeMs) {
      loading ??= load();
      // A refusal is one also when the store fails meanwhile, and only the first one waits.
      const loaded = loading.catch(() => {});
      if (kinds === undefined) await loaded;
    }
    return kinds ?? [];
  };
};
