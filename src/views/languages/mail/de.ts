import type { MailMessages } from './messages.ts';

export const de = {
  hello: (account) => `Guten Tag, ${account}!`,
  linkHint: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diesen Link in Ihren Browser:',
  footer: (brand, host) =>
    `${brand} hat diese Nachricht automatisch gesendet. Die Seiten dieses Dienstes liegen immer auf ${host}. Wir fragen nie per E-Mail oder Telefon nach Ihrem Passwort oder einem Code.`,
  facts: {
    account: 'Konto',
    time: 'Zeit',
    address: 'IP-Adresse',
    browser: 'Browser',
    unknownBrowser: 'Unbekannt',
  },
  browser: (name, system) => `${name} auf ${system}`,
  wasNotMe: {
    text: 'Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, beenden Sie alle Anmeldungen Ihres Kontos, wählen Sie ein neues Passwort und prüfen Sie Ihre Passkeys, Authenticator-Apps, Wiederherstellungscodes, verbundenen Konten und die Apps mit Zugriff auf Ihr Konto:',
    button: 'Das war ich nicht',
    withoutLink: 'Wenn Sie das nicht waren, wenden Sie sich an die Betreiber dieses Dienstes.',
  },
  reset: {
    subject: (brand) => `Neues Passwort für ${brand} wählen`,
    text: 'Für Ihr Konto wurde ein neues Passwort angefordert. Auf dieser Seite können Sie es wählen:',
    button: 'Neues Passwort wählen',
    expires: (minutes) => `Der Link gilt einmal, innerhalb von ${minutes} Minuten.`,
    ignore:
      'Wenn Sie das nicht angefordert haben, ignorieren Sie diese Nachricht. Ihr Passwort bleibt, wie es ist.',
  },
  invitation: {
    subject: (brand) => `Ihre Einladung zu ${brand}`,
    text: (brand) => `Sie sind eingeladen, ein Konto bei ${brand} zu erstellen.`,
    button: 'Konto erstellen',
    expires: (until) => `Der Link gilt einmal, bis ${until}.`,
    ignore: 'Wenn Sie kein Konto möchten, ignorieren Sie diese Nachricht. Ohne Sie wird nichts erstellt.',
  },
  signUpCode: {
    subject: (code) => `${code} ist Ihr Code`,
    text: (brand) =>
      `Geben Sie diesen Code auf der Seite ein, auf der Sie gerade ein Konto bei ${brand} erstellen:`,
    expires: (minutes) => `Der Code gilt ${minutes} Minuten, in dem Browser, in dem Sie angefangen haben.`,
    ignore:
      'Wenn Sie kein Konto erstellen, ignorieren Sie diese Nachricht und geben Sie den Code nicht weiter. Ohne ihn wird kein Konto erstellt.',
  },
  signInCode: {
    subject: (code) => `${code} ist Ihr Code`,
    text: (brand) => `Geben Sie diesen Code auf der Seite ein, auf der Sie sich bei ${brand} anmelden:`,
    expires: (minutes) => `Der Code gilt ${minutes} Minuten, in dem Browser, in dem Sie begonnen haben.`,
    ignore:
      'Wenn Sie sich nicht anmelden, ignorieren Sie diese Nachricht und geben Sie den Code niemandem, wer auch fragt. Ohne ihn kommt niemand hinein.',
  },
  accountExists: {
    subject: (brand) => `Sie haben schon ein Konto bei ${brand}`,
    text: (brand) =>
      `Mit Ihrer E-Mail-Adresse sollte ein Konto bei ${brand} erstellt werden, aber Sie haben schon eines. Wenn Sie das waren, melden Sie sich an oder wählen Sie auf der Anmeldeseite „Passwort vergessen?“.`,
    ignore: 'Wenn Sie das nicht waren, ignorieren Sie diese Nachricht. Es hat sich nichts geändert.',
  },
  passwordChanged: {
    subject: (brand) => `Ihr Passwort für ${brand} wurde geändert`,
    text: 'Das Passwort Ihres Kontos wurde geändert. Alles, was vorher angemeldet war, muss sich neu anmelden.',
  },
  factorAdded: {
    subject: (brand) => `Authenticator-App bei ${brand} hinzugefügt`,
    text: 'Ihrem Konto wurde eine Authenticator-App hinzugefügt. Von jetzt an wird bei der Anmeldung nach ihren Codes gefragt.',
  },
  factorRemoved: {
    subject: (brand) => `Authenticator-App bei ${brand} entfernt`,
    text: 'Eine Authenticator-App oder die Wiederherstellungscodes wurden von Ihrem Konto entfernt.',
  },
  recoveryCodeUsed: {
    subject: (brand) => `Wiederherstellungscode bei ${brand} verwendet`,
    text: 'Jemand hat sich mit einem Ihrer Wiederherstellungscodes bei Ihrem Konto angemeldet. Wenn Ihnen die Codes ausgehen, erstellen Sie auf der Seite Ihres Kontos neue.',
  },
  recoveryCodesMade: {
    subject: (brand) => `Neue Wiederherstellungscodes für Ihr Konto bei ${brand}`,
    text: 'Für Ihr Konto wurden neue Wiederherstellungscodes erstellt. Die bisherigen gelten nicht mehr.',
  },
  recoveryLink: {
    subject: (brand) => `Wiederherstellungslink für Ihr Konto bei ${brand}`,
    text: 'Ein Betreiber hat einen Link erstellt, mit dem Ihr Passwort oder Ihre Authenticator-App ersetzt werden kann. Er gilt einmal und eine Stunde lang. Wenn Sie nicht darum gebeten haben, wenden Sie sich an die Betreiber dieses Dienstes.',
  },
  accountDeleted: {
    subject: (brand) => `Ihr Konto bei ${brand} wurde gelöscht`,
    text: 'Ihr Konto wurde auf seiner eigenen Seite gelöscht. Alles, was damit angemeldet war, ist beendet. Dies ist die letzte Nachricht dazu.',
    byOperator:
      'Die Betreiber haben Ihr Konto gelöscht. Alles, was damit angemeldet war, ist beendet. Dies ist die letzte Nachricht dazu.',
    wasNotMe:
      'Wenn Sie das nicht waren, wenden Sie sich an die Betreiber dieses Dienstes. Ein gelöschtes Konto lässt sich nicht wiederherstellen.',
    questions: 'Bei Fragen wenden Sie sich an die Betreiber dieses Dienstes.',
  },
  newDevice: {
    subject: (brand) => `Neue Anmeldung bei ${brand}`,
    text: 'Ihr Konto wurde in einem Browser verwendet, in dem es vorher nicht verwendet wurde.',
  },
  confirmAddress: {
    subject: (brand) => `E-Mail-Adresse für ${brand} bestätigen`,
    text: (brand) =>
      `Diese Adresse soll für ein Konto bei ${brand} verwendet werden. Auf dieser Seite können Sie sie bestätigen:`,
    button: 'Adresse bestätigen',
    expires: (hours) => `Der Link gilt einmal, innerhalb von ${hours} Stunden.`,
    ignore:
      'Wenn Sie das nicht angefordert haben, ignorieren Sie diese Nachricht. Ohne Ihre Bestätigung wird die Adresse nicht verwendet.',
  },
  addressChanged: {
    subject: (brand) => `Ihre E-Mail-Adresse für ${brand} wurde geändert`,
    text: 'Die E-Mail-Adresse Ihres Kontos wurde geändert. Nachrichten zum Konto gehen von nun an an die neue Adresse.',
    byOperator:
      'Die Betreiber haben die E-Mail-Adresse Ihres Kontos geändert oder entfernt. Nachrichten zum Konto gehen nicht mehr an diese Adresse. Wenn Sie nicht darum gebeten haben, wenden Sie sich an die Betreiber dieses Dienstes.',
  },
  upstreamLinked: {
    subject: (brand) => `Neue Anmeldung bei ${brand}`,
    text: 'Mit Ihrem Konto wurde eine Identität bei einem anderen Anbieter verbunden. Wer sie hat, kann sich damit anmelden.',
  },
  upstreamUnlinked: {
    subject: (brand) => `Anmeldung bei ${brand} entfernt`,
    text: 'Eine Identität bei einem anderen Anbieter wurde von Ihrem Konto getrennt. Mit ihr kann man sich nicht mehr anmelden.',
  },
  passkeyAdded: {
    subject: (brand) => `Neuer Passkey für ${brand}`,
    text: 'Zu Ihrem Konto wurde ein Passkey hinzugefügt. Wer ihn hat, kann sich damit anmelden.',
  },
  passkeyRemoved: {
    subject: (brand) => `Passkey für ${brand} entfernt`,
    text: 'Ein Passkey Ihres Kontos wurde entfernt. Mit ihm kann man sich nicht mehr anmelden.',
  },
} satisfies MailMessages;
