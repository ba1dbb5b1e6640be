import type { Value } from '../../html.ts';

type Phrase = readonly Value[];
type ByRole = Readonly<Record<'viewer' | 'support' | 'admin', string>>;

/** The texts of the console. They are apart from the other texts, because most servers never show them. */
export interface ConsoleMessages {
  readonly menu: { label: string; account: string; signOut: string };
  readonly roles: ByRole;
  readonly noRole: { title: string; why: (account: Value) => Phrase; what: string; signOut: string };
  readonly confirm: { typed: (name: Value) => Phrase; typedWrong: string };
  readonly lists: { search: string; next: string; none: string; actions: string };
  readonly conflict: {
    title: string;
    why: string;
    field: string;
    theirs: string;
    yours: string;
    keep: string;
  };
  readonly overview: { menu: string; title: string; mayDo: ByRole };
}
