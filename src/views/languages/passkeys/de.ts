import type { PasskeyMessages } from './messages.ts';

export const de = {
  form: {
    canceled:
      'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal, oder nutzen Sie einen anderen Weg.',
    exists: 'Auf diesem Gerät gibt es schon einen Passkey für Ihr Konto.',
    failed: 'Dieser Browser konnte hier keinen Passkey verwenden.',
  },
  signIn: {
    refused: 'Dieser Passkey hat nicht funktioniert. Melden Sie sich auf einem anderen Weg an.',
    otherAccount: 'Dieser Passkey gehört zu einem anderen Konto. Wählen Sie einen Passkey dieses Kontos.',
    needed: 'Noch ein Schritt: Bestätigen Sie mit Ihrem Passkey, dass Sie es sind.',
  },
  offer: {
    title: 'Beim nächsten Mal schneller anmelden',
    why: 'Mit einem Passkey melden Sie sich per Fingerabdruck, Gesicht oder Displaysperre an statt mit Ihrem Passwort.',
    how: 'Erstellen Sie ihn nur auf Ihrem eigenen Gerät. Er bleibt in Ihrem Passwortmanager oder auf diesem Gerät.',
    create: 'Passkey erstellen',
    later: 'Jetzt nicht',
    refused:
      'Der Passkey konnte nicht erstellt werden. Versuchen Sie es noch einmal, oder machen Sie ohne weiter.',
    as: (account) => ['Angemeldet als ', account, '.'],
  },
  list: {
    title: 'Passkeys',
    hint: 'Mit einem Passkey melden Sie sich per Fingerabdruck, Gesicht oder Displaysperre an statt mit Ihrem Passwort.',
    none: 'Sie haben noch keinen Passkey.',
    addSecond:
      'Fügen Sie auf einem anderen Gerät einen zweiten Passkey hinzu. Dann können Sie sich auch anmelden, wenn Sie dieses verlieren.',
    add: 'Passkey hinzufügen',
    rename: 'Umbenennen',
    remove: 'Entfernen',
    created: 'Erstellt',
    lastUsed: 'Zuletzt verwendet',
    never: 'Noch nie',
    keptBy: 'Gespeichert in',
    copies: 'Wo er funktioniert',
    synced: 'Auf allen Geräten Ihres Passwortmanagers',
    notSynced: 'Bisher auf einem Gerät',
    deviceBound: 'Nur auf diesem einen Gerät',
    done: {
      added: 'Der Passkey wurde hinzugefügt.',
      renamed: 'Der Name wurde geändert.',
      removed: 'Der Passkey wurde entfernt.',
    },
  },
  add: {
    title: 'Passkey hinzufügen',
    hint: 'Ihr Browser fragt, wo er den Passkey speichern soll: im Passwortmanager, auf diesem Gerät oder auf einem Sicherheitsschlüssel.',
    needsBrowser:
      'Dafür brauchen Sie einen Browser, der Passkeys unterstützt, und eingeschaltetes JavaScript.',
    submit: 'Passkey erstellen',
    problems: {
      refused: 'Der Passkey konnte nicht hinzugefügt werden. Versuchen Sie es noch einmal.',
      already_registered: 'Dieser Passkey wurde schon hinzugefügt.',
      too_many_passkeys: 'Sie haben zu viele Passkeys. Entfernen Sie einen, den Sie nicht mehr verwenden.',
    },
  },
  rename: {
    title: 'Passkey umbenennen',
    name: 'Name',
    nameHint: 'Zum Beispiel der Ort, an dem er gespeichert ist: „Arbeitsrechner“.',
    nameInvalid: 'Geben Sie einen Namen ohne unsichtbare Zeichen ein',
    submit: 'Speichern',
  },
  remove: {
    title: 'Diesen Passkey entfernen?',
    consequence:
      'Sie können sich damit nicht mehr anmelden. Löschen Sie ihn auch aus Ihrem Passwortmanager oder von Ihrem Sicherheitsschlüssel.',
    submit: 'Entfernen',
    lastTitle: 'Dieser Passkey kann nicht entfernt werden',
    last: 'Anders können Sie sich nicht anmelden. Fügen Sie erst einen anderen Passkey hinzu, oder legen Sie ein Passwort fest.',
  },
  names: { securityKey: 'Sicherheitsschlüssel', passkey: 'Passkey' },
} satisfies PasskeyMessages;
