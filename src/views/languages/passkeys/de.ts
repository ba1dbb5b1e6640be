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
  names: { securityKey: 'Sicherheitsschlüssel', passkey: 'Passkey' },
} satisfies PasskeyMessages;
