import type { Value } from '../../../html.ts';

type Phrase = readonly Value[];

export interface ConsoleGroupMessages {
  readonly menu: string;
  readonly title: string;
  readonly add: string;
  readonly none: string;
  readonly status: string;
  readonly givesRole: string;
  readonly roleHint: string;
  readonly configured: string;
  readonly members: string;
  readonly noMembers: string;
  readonly source: string;
  readonly form: {
    name: string;
    nameHint: string;
    title: string;
    titleHint: string;
    description: string;
    editTitle: (name: string) => string;
  };
  readonly member: { add: string; title: (group: string) => string; login: string; unknown: string };
  readonly removeMember: {
    title: (account: string, group: string) => string;
    explain: string;
    explainRole: string;
    submit: string;
  };
  readonly remove: {
    link: string;
    title: (name: string) => string;
    explain: string;
    typed: (name: Value) => Phrase;
    submit: string;
  };
  readonly done: Readonly<Record<'added' | 'saved' | 'memberAdded' | 'memberRemoved' | 'removed', string>>;
}
