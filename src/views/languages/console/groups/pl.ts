import type { ConsoleGroupMessages } from './messages.ts';

export const pl: ConsoleGroupMessages = {
  menu: 'Grupy',
  title: 'Grupy',
  add: 'Dodaj grupę',
  none: 'Nie ma jeszcze żadnych grup. Dodaj grupę tutaj albo użyj wiersza poleceń:',
  status: 'Stan',
  givesRole: 'Daje tu rolę',
  roleHint:
    'Członkowie tej grupy administrują tym serwerem. Każda zmiana jest zapisywana i wymaga logowania z ostatnich 15 minut.',
  configured: 'Ta grupa pochodzi z pliku konfiguracji. Członków można dodawać tutaj.',
  members: 'Członkowie',
  noMembers: 'Brak członków.',
  source: 'Źródło',
  form: {
    name: 'Nazwa',
    nameHint: 'Widzą ją aplikacje: a-z, 0-9, kropka, podkreślenie i myślnik.',
    title: 'Tytuł',
    titleHint: 'Pojawia się na stronach.',
    description: 'Do czego służy',
    editTitle: (name) => `Edytuj grupę ${name}`,
  },
  member: {
    add: 'Dodaj członka',
    title: (group) => `Dodaj członka do grupy ${group}`,
    login: 'Nazwa użytkownika lub potwierdzony adres e-mail',
    unknown: 'Nie ma takiego konta.',
  },
  removeMember: {
    title: (account, group) => `Usunąć ${account} z grupy ${group}?`,
    explain:
      'Osoba straci to, na co pozwala grupa. Jeśli grupę podaje dostawca tożsamości, członkostwo wróci przy następnym logowaniu przez niego.',
    explainRole: 'Osoba natychmiast straci rolę w administracji.',
    submit: 'Usuń',
  },
  remove: {
    link: 'Usuń',
    title: (name) => `Usunąć grupę ${name}?`,
    explain: 'Wszystkie członkostwa się zakończą, a grupa zostanie usunięta. Tego nie można cofnąć.',
    typed: (name) => ['Aby potwierdzić, wpisz ', name],
    submit: 'Usuń grupę',
  },
  done: {
    added: 'Dodano.',
    saved: 'Zapisano.',
    memberAdded: 'Dodano członka.',
    memberRemoved: 'Usunięto członka.',
    removed: 'Grupa została usunięta.',
  },
};
