import type { Json } from '#src/services/accounts/index.ts';
import { accountKey, readAccount, replaceAccount } from '#src/services/accounts/record.ts';
import type { Store } from '#src/store/port.ts';

/** Gives a stored account a claim named `groups`, as a release without groups has stored it. */
export const giveFormerGroupClaim = async (store: Store, id: string, claim: Json): Promise<void> => {
  const [document] = await store.read([accountKey(id)]);
  if (document === undefined) throw new Error(`no account ${id}`);
  const { groups: _, ...record } = readAccount(document);
  const claims = { ...record.claims, groups: claim };
  await store.commit([replaceAccount({ ...record, claims }, document.body)]);
};
