import { exitCode, Failure } from '../../errors.ts';
import type { Account } from './account.ts';

/** Stands before a text that is an id and nothing else, as no user name can make it ambiguous. */
const idMark = 'id:';

/** The text by which an operator names this account and no other. */
export const exactNameOf = (id: string): string => `${idMark}${id}`;

/** The id, if the text says that it is one. */
export const idIn = (text: string): string | undefined =>
  text.startsWith(idMark) ? text.slice(idMark.length) : undefined;

interface Dependencies {
  readonly find: (id: string) => Promise<Account | undefined>;
  readonly allByUsername: (username: string) => Promise<readonly Account[]>;
  readonly allByEmail: (address: string) => Promise<readonly Account[]>;
}

/** A removed account has no user name any more. */
type Candidate = Pick<Account, 'id'> & Partial<Pick<Account, 'username'>>;

/** A person may have chosen the sub or the address of another one as a user name, so the server doesn't choose. */
export class AmbiguousAccount extends Failure {
  readonly text: string;
  readonly candidates: string;

  constructor(text: string, accounts: readonly Candidate[]) {
    const candidates = accounts
      .map(({ id, username }) => exactNameOf(id) + (username === undefined ? '' : ` (${username})`))
      .join(', ');
    super({
      code: 'account_ambiguous',
      message: `${text} fits several accounts: ${candidates}; give the id of the one that you mean, with ${idMark} before it.`,
      status: 409,
      exit: exitCode.conflict,
    });
    this.text = text;
    this.candidates = candidates;
  }
}

/** Finds the account that an operator names. Throws when the text fits several. */
export const createFindNamed =
  ({ find, allByUsername, allByEmail }: Dependencies) =>
  async (text: string): Promise<Account | undefined> => {
    const id = idIn(text);
    if (id !== undefined) return find(id);
    const [bySub, byUsername, byEmail] = await Promise.all([
      find(text),
      allByUsername(text),
      allByEmail(text),
    ]);
    const all = [...(bySub ? [bySub] : []), ...byUsername, ...byEmail];
    const found = [...new Map(all.map((account) => [account.id, account])).values()];
    if (found.length > 1) throw new AmbiguousAccount(text, found);
    return found[0];
  };
