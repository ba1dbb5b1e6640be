import type { ConsoleMessages } from './messages.ts';

export const de = {
  menu: { label: 'Verwaltung', account: 'Ihr Konto', signOut: 'Abmelden' },
  roles: { viewer: 'Lesezugriff', support: 'Support', admin: 'Administration' },
  noRole: {
    title: 'Kein Zugriff auf die Verwaltung',
    why: (account) => [
      'Sie sind als ',
      account,
      ' angemeldet. Dieses Konto hat keine Rolle in der Verwaltung.',
    ],
    what: 'Bitten Sie die Administration um eine Rolle, oder melden Sie sich mit einem anderen Konto an.',
    signOut: 'Abmelden',
  },
  confirm: {
    typed: (name) => ['Geben Sie zur Bestätigung ', name, ' ein'],
    typedWrong: 'Das ist nicht der Name. Geben Sie ihn genau so ein, wie er oben steht.',
  },
  lists: { search: 'Suchen', next: 'Nächste Seite', none: 'Nichts gefunden.', actions: 'Aktionen' },
  conflict: {
    title: 'In der Zwischenzeit geändert',
    why: 'Jemand hat dies geändert, nachdem Sie das Formular geöffnet hatten. Deshalb wurde nichts gespeichert. Ihre Eingaben sind noch da.',
    field: 'Feld',
    theirs: 'Jetzt gespeichert',
    yours: 'Ihre Eingabe',
    keep: 'Speichern Sie erneut, um den gespeicherten Stand durch Ihre Eingaben zu ersetzen.',
  },
  overview: {
    menu: 'Übersicht',
    title: 'Verwaltung',
    mayDo: {
      viewer: 'Sie können hier alles sehen und nichts ändern.',
      support:
        'Sie können hier alles sehen. Sie können Konten deaktivieren und aktivieren, Sitzungen beenden und die E-Mail für ein neues Passwort senden.',
      admin: 'Sie können hier alles sehen und ändern.',
    },
  },
} satisfies ConsoleMessages;
