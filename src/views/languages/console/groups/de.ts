import type { ConsoleGroupMessages } from './messages.ts';

export const de: ConsoleGroupMessages = {
  menu: 'Gruppen',
  title: 'Gruppen',
  add: 'Gruppe anlegen',
  none: 'Es gibt noch keine Gruppen. Legen Sie hier eine an, oder nutzen Sie die Befehlszeile:',
  status: 'Status',
  givesRole: 'Gibt hier eine Rolle',
  roleHint:
    'Die Mitglieder dieser Gruppe verwalten diesen Server. Jede Änderung wird aufgezeichnet und braucht eine Anmeldung aus den letzten 15 Minuten.',
  configured: 'Diese Gruppe stammt aus der Konfigurationsdatei. Mitglieder können Sie hier hinzufügen.',
  members: 'Mitglieder',
  noMembers: 'Keine Mitglieder.',
  source: 'Herkunft',
  form: {
    name: 'Name',
    nameHint: 'Anwendungen sehen ihn: a-z, 0-9, Punkt, Unterstrich und Bindestrich.',
    title: 'Titel',
    titleHint: 'Er steht auf Seiten für Menschen.',
    description: 'Wofür sie da ist',
    editTitle: (name) => `${name} bearbeiten`,
  },
  member: {
    add: 'Mitglied hinzufügen',
    title: (group) => `Mitglied zu ${group} hinzufügen`,
    login: 'Benutzername oder bestätigte E-Mail-Adresse',
    unknown: 'Ein solches Konto gibt es nicht.',
  },
  removeMember: {
    title: (account, group) => `${account} aus ${group} entfernen?`,
    explain:
      'Die Person verliert, was die Gruppe erlaubt. Nennt ein Identitätsanbieter die Gruppe, ist sie nach der nächsten Anmeldung dort wieder Mitglied.',
    explainRole: 'Die Person verliert die Rolle in der Verwaltung sofort.',
    submit: 'Entfernen',
  },
  remove: {
    link: 'Löschen',
    title: (name) => `Die Gruppe ${name} löschen?`,
    explain:
      'Alle Mitgliedschaften enden, und die Gruppe wird gelöscht. Das lässt sich nicht rückgängig machen.',
    typed: (name) => ['Geben Sie zur Bestätigung ', name, ' ein'],
    submit: 'Gruppe löschen',
  },
  done: {
    added: 'Angelegt.',
    saved: 'Gespeichert.',
    memberAdded: 'Das Mitglied wurde hinzugefügt.',
    memberRemoved: 'Das Mitglied wurde entfernt.',
    removed: 'Die Gruppe wurde gelöscht.',
  },
};
