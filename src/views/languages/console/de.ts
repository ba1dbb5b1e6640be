import { de as accounts } from './accounts/de.ts';
import { de as branding } from './branding/de.ts';
import { de as clients } from './clients/de.ts';
import { de as groups } from './groups/de.ts';
import type { ConsoleMessages } from './messages.ts';
import { de as operation } from './operation/de.ts';
import { de as overview } from './overview/de.ts';

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
    command:
      'Dieser Server läuft im Entwicklungsmodus. Dieser Befehl gibt einen Link aus, mit dem ein Administrationskonto angelegt wird:',
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
  keptInput:
    'Sie haben sich erneut angemeldet, und Ihre Eingaben sind noch da. Es wurde noch nichts gespeichert. Ein Passwort geben Sie bitte noch einmal ein.',
  problems: {
    account_exists: 'Ein Konto mit diesem Benutzernamen gibt es schon. Wählen Sie einen anderen.',
    account_configured: 'Dieses Konto stammt aus der Konfiguration und wird dort geändert.',
    account_disabled: 'Das Konto ist deaktiviert. Aktivieren Sie es zuerst.',
    account_superseded:
      'Ein Konto der Konfiguration hat diesen Benutzernamen. Geben Sie diesem Konto zuerst einen anderen.',
    address_invalid: 'Geben Sie eine E-Mail-Adresse ein, zum Beispiel ada@example.com.',
    email_taken: 'Ein anderes Konto hat diese bestätigte Adresse.',
    factor_not_needed:
      'Dieses Konto hat schon einen zweiten Faktor, oder auf diesem Server kann keiner eingerichtet werden.',
    group_exists: 'Eine Gruppe mit diesem Namen gibt es schon. Wählen Sie einen anderen.',
    group_invalid:
      'Eine Gruppe hat einen Namen aus höchstens 64 Zeichen (a-z, 0-9, Punkt, Unterstrich, Bindestrich) und einen Titel aus höchstens 255. Eine Person ist in höchstens 200 Gruppen.',
    group_not_found: 'Eine Gruppe mit diesem Namen gibt es nicht. Legen Sie sie zuerst an.',
    image_configured: 'Dieses Bild stammt aus der Konfiguration und wird dort geändert.',
    image_invalid: 'Das ist kein PNG, WebP oder SVG. Wählen Sie eine andere Datei.',
    image_too_large: 'Die Datei ist größer als 256 KiB. Wählen Sie eine kleinere.',
    last_administrator:
      'Niemand würde diesen Server mehr verwalten. Geben Sie die Rolle zuerst einem anderen Konto.',
    mail_not_configured: 'Kein Mailserver ist konfiguriert. Geben Sie den Link selbst weiter.',
    no_mail: 'Dieses Konto bekommt keine E-Mail: Es braucht eine bestätigte Adresse und muss aktiv sein.',
    unlocked_too_often:
      'Dieses Konto wurde an einem Tag fünfmal entsperrt. Schicken Sie der Person stattdessen einen Link für ein neues Passwort.',
    username_kept:
      'Diesen Benutzernamen hatte ein anderes Konto, für das er eine Zeit lang reserviert bleibt. Wählen Sie einen anderen.',
    version_changed: 'Das wurde in der Zwischenzeit geändert. Sehen Sie es sich noch einmal an.',
  },
  entries: {
    time: 'Zeit',
    event: 'Ereignis',
    account: 'Konto',
    client: 'Client',
    address: 'Adresse',
    outcomes: { refused: 'Abgelehnt', failed: 'Fehlgeschlagen' },
  },
  accounts,
  groups,
  sessions: {
    menu: 'Sitzungen',
    title: 'Sitzungen',
    search: 'Benutzername, Name oder E-Mail-Adresse',
    searchHint: 'Der Anfang genügt. Ohne ihn sehen Sie, wer sich zuletzt angemeldet hat.',
    of: (account) => ['Sitzungen von ', account],
    recent: 'Zuletzt angemeldet',
    browser: 'Browser',
    address: 'Adresse',
    signedIn: 'Angemeldet',
    lastUsed: 'Zuletzt verwendet',
    apps: 'Apps',
    none: 'Keine Sitzungen.',
    end: 'Beenden',
    endTitle: 'Diese Sitzung beenden?',
    explain: 'Die Person wird in diesem Browser abgemeldet. Apps, für die er verwendet wurde, erfahren es.',
    submit: 'Sitzung beenden',
    done: 'Die Sitzung ist beendet.',
    gone: 'Diese Sitzung ist schon beendet.',
  },
  branding,
  clients,
  operation,
  overview,
} satisfies ConsoleMessages;
