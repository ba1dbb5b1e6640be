import type { ConsoleOverviewMessages } from './messages.ts';

export const de: ConsoleOverviewMessages = {
  menu: 'Übersicht',
  title: 'Verwaltung',
  mayDo: {
    viewer: 'Sie können hier alles sehen und nichts ändern.',
    support:
      'Sie können hier alles sehen. Sie können Konten deaktivieren und aktivieren, Sitzungen beenden und die E-Mail für ein neues Passwort senden.',
    admin: 'Sie können hier alles sehen und ändern.',
  },
  counts: { title: 'Was es gibt', accounts: 'Konten', groups: 'Gruppen', clients: 'Clients' },
  signIns: {
    title: 'Anmeldungen',
    ok: 'Erfolgreich',
    failed: 'Fehlgeschlagen',
    ranges: { '24h': '24 Stunden', '7d': '7 Tage', '30d': '30 Tage' },
    period: 'Zeitraum',
    time: 'Ab',
    summary: (ok, failed) => `${ok} erfolgreich, ${failed} fehlgeschlagen`,
    table: 'Als Tabelle',
  },
  firstSteps: {
    title: 'Erste Schritte',
    done: 'Erledigt',
    steps: {
      client: 'Die erste Anwendung registrieren',
      person: 'Ein Konto anlegen oder eine Person einladen',
      factor: 'Das eigene Konto mit einem Passkey oder einer Authenticator-App schützen',
      mail: 'Einen Mailserver konfigurieren, damit Personen ein neues Passwort setzen können',
    },
  },
  recent: 'Was zuletzt geschah',
  nothing: 'Nichts aufgezeichnet.',
  all: 'Alle Aufzeichnungen',
};
