import type { Document, Store } from '#src/store/port.ts';
import type { Event } from './log.ts';
import { keys, turns } from './model.ts';

/** The final content of the store for the checker: marks instead of documents. */
export interface FamilyState {
  readonly issued: boolean;
  readonly revoked: boolean;
  readonly code: boolean;
  readonly codeConsumedBy: number | undefined;
  readonly token: number | undefined;
  readonly refresh: readonly ({ readonly by: number; readonly consumedBy: number | undefined } | undefined)[];
}

export interface FinalState {
  readonly families: ReadonlyMap<string, FamilyState>;
  /** The marks of redemptions whose login exists. */
  readonly logins: ReadonlySet<number>;
  readonly listedTokens: readonly number[];
  readonly merged: ReadonlyMap<string, ReadonlySet<number>>;
}

const markOf = (document: Document | undefined): number | undefined => document && Number(document.body);

const familyState = async (store: Store, family: string): Promise<FamilyState> => {
  const refreshKeys = Array.from({ length: turns + 1 }, (_, turn) => keys.refresh(family, turn));
  const [issued, revoked, code, token, ...refresh] = await store.read([
    keys.issued(family),
    keys.revoked(family),
    keys.code(family),
    keys.token(family),
    ...refreshKeys,
  ]);
  return {
    issued: issued !== undefined,
    revoked: revoked !== undefined,
    code: code !== undefined,
    codeConsumedBy: code?.consumption?.at,
    token: markOf(token),
    refresh: refresh.map((one) => one && { by: Number(one.body), consumedBy: one.consumption?.at }),
  };
};

export const readFinalState = async (store: Store, events: readonly Event[]): Promise<FinalState> => {
  const names = [...new Set(events.flatMap((event) => (event.action === 'merge' ? [] : [event.about])))];
  const families = new Map<string, FamilyState>();
  for (let start = 0; start < names.length; start += 50)
    await Promise.all(
      names.slice(start, start + 50).map(async (name) => families.set(name, await familyState(store, name))),
    );

  const redemptions = events.filter((event) => event.action === 'redeem');
  const logins = await store.read(redemptions.map((event) => keys.login(event.about, event.mark)));

  const merged = new Map<string, Set<number>>();
  for (const name of new Set(events.flatMap((event) => (event.action === 'merge' ? [event.about] : [])))) {
    const [session] = await store.read([keys.session(name)]);
    merged.set(name, new Set(Object.values(session?.fields ?? {}).map(Number)));
  }

  const listedTokens: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list('tokens', 'all', {
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    listedTokens.push(...page.items.map((item) => item.at));
    cursor = page.next;
  } while (cursor !== undefined);

  return {
    families,
    logins: new Set(redemptions.flatMap((event, i) => (logins[i] ? [event.mark] : []))),
    listedTokens,
    merged,
  };
};
