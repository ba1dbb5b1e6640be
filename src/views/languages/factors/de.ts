import type { FactorMessages } from './messages.ts';

export const de: FactorMessages = {
  ask: {
    title: 'Code eingeben',
    hint: 'Öffnen Sie Ihre Authenticator-App und geben Sie die sechs Ziffern ein, die sie anzeigt.',
    code: 'Code',
    submit: 'Weiter',
    remember: (days) =>
      days === 1
        ? 'In diesem Browser einen Tag lang nicht mehr fragen'
        : `In diesem Browser ${days} Tage lang nicht mehr fragen`,
    rememberHint: 'Nur auf Ihrem eigenen Gerät ankreuzen.',
    useRecovery: 'Stattdessen einen Wiederherstellungscode verwenden',
    useCode: 'Stattdessen die Authenticator-App verwenden',
    recoveryTitle: 'Wiederherstellungscode eingeben',
    recoveryHint:
      'Das ist einer der zehn Codes, die Sie beim Einrichten der App gespeichert haben. Jeder gilt einmal.',
    recoveryCode: 'Wiederherstellungscode',
    passkeyTitle: 'Passkey verwenden',
    usePasskey: 'Passkey verwenden',
    lostPasskey: (contact) => ['Gerät mit dem Passkey verloren? Wenden Sie sich an ', contact, '.'],
    lostPasskeyPlain: 'Gerät mit dem Passkey verloren? Wenden Sie sich an die Betreiber dieses Dienstes.',
    lost: (contact) => ['Gerät und Wiederherstellungscodes verloren? Wenden Sie sich an ', contact, '.'],
    lostPlain:
      'Gerät und Wiederherstellungscodes verloren? Wenden Sie sich an die Betreiber dieses Dienstes.',
    another: 'Mit einem anderen Konto anmelden',
    throttled: (when) => `Zu viele falsche Codes. Versuchen Sie es ${when} erneut.`,
    problems: {
      missing: 'Geben Sie den Code aus Ihrer Authenticator-App ein',
      wrong: 'Dieser Code stimmt nicht. Geben Sie den Code ein, den die App jetzt anzeigt',
      reused: 'Dieser Code wurde bereits verwendet. Warten Sie, bis die App den nächsten anzeigt',
      recoveryMissing: 'Geben Sie einen Wiederherstellungscode ein',
      recoveryWrong: 'Dieser Wiederherstellungscode stimmt nicht oder wurde bereits verwendet',
    },
  },
  setUp: {
    title: 'Authenticator-App einrichten',
    why: 'Ihr Konto braucht bei der Anmeldung einen zweiten Schritt: einen Code aus einer App auf Ihrem Smartphone.',
    until: (when) => `Sie können das aufschieben. Verlangt wird es ${when}.`,
    scan: 'Scannen Sie dies mit einer Authenticator-App auf Ihrem Smartphone. Jede App für Einmalcodes eignet sich.',
    app: 'Auf diesem Gerät oder ohne Kamera geben Sie stattdessen diesen Schlüssel in der App ein:',
    secret: 'Schlüssel',
    qr: 'QR-Code für Ihre Authenticator-App',
    type: 'Geben Sie dann die sechs Ziffern ein, die die App anzeigt.',
    code: 'Code',
    submit: 'Aktivieren',
    later: 'Jetzt nicht',
    problems: {
      missing: 'Geben Sie den Code ein, den die App anzeigt',
      wrong:
        'Dieser Code stimmt nicht. Geben Sie den Code ein, den die App jetzt anzeigt, und prüfen Sie die Uhr Ihres Smartphones',
      expired:
        'Die Seite war zu lange geöffnet. Scannen Sie den neuen QR-Code und löschen Sie den alten Eintrag in Ihrer App',
      tooMany: 'Ihr Konto hat bereits fünf Apps. Entfernen Sie zuerst eine',
    },
  },
  codes: {
    title: 'Wiederherstellungscodes speichern',
    text: 'Wenn Sie Ihr Gerät verlieren, können Sie sich mit einem dieser Codes anmelden. Jeder gilt einmal. Drucken Sie sie aus oder bewahren Sie sie in einem Passwortmanager auf: Sie werden nur jetzt angezeigt.',
    list: 'Wiederherstellungscodes',
    done: 'Gespeichert, weiter',
    toAccount: 'Gespeichert',
  },
  account: {
    title: 'Authenticator-App',
    hint: 'Ein Code aus einer App auf Ihrem Smartphone zusätzlich zum Passwort hält andere von Ihrem Konto fern, auch wenn sie das Passwort kennen.',
    none: 'Keine App eingerichtet.',
    app: 'Authenticator-App',
    added: 'Hinzugefügt',
    lastUsed: 'Zuletzt verwendet',
    never: 'Nie',
    remove: 'Entfernen',
    add: 'App einrichten',
    addAnother: 'Weitere App hinzufügen',
    codesTitle: 'Wiederherstellungscodes',
    codesLeft: (count) => (count === 1 ? 'Noch 1 Code übrig.' : `Noch ${count} Codes übrig.`),
    codesLow: 'Ihnen gehen die Codes aus. Erstellen Sie neue.',
    codesNone: 'Sie haben keine Wiederherstellungscodes. Ohne Ihr Gerät könnten Sie sich nicht anmelden.',
    newCodes: 'Neue Wiederherstellungscodes erstellen',
    required:
      'Dieser Dienst verlangt einen zweiten Schritt. Wenn Sie Ihre letzte App entfernen, richten Sie bei der nächsten Anmeldung eine neue ein.',
    done: { added: 'Die App wurde hinzugefügt.', removed: 'Die App wurde entfernt.' },
    addTitle: 'Authenticator-App einrichten',
    addConsequence:
      'Danach werden Sie bei der Anmeldung nach einem Code gefragt. Andere Browser müssen sich neu anmelden.',
    removeTitle: 'Diese App entfernen?',
    removeConsequence: 'Ihre Codes werden nicht mehr akzeptiert.',
    removeLast:
      'Das ist Ihre letzte App. Auch Ihre Wiederherstellungscodes gelten dann nicht mehr, und das Passwort allein genügt zur Anmeldung.',
    removeSubmit: 'App entfernen',
    newCodesTitle: 'Neue Wiederherstellungscodes erstellen?',
    newCodesConsequence: 'Die bisherigen Codes gelten dann nicht mehr.',
    newCodesSubmit: 'Neue Codes erstellen',
  },
  recover: {
    title: 'Zugang zu Ihrem Konto wiederherstellen',
    hint: 'Wählen Sie ein neues Passwort, richten Sie eine neue Authenticator-App ein oder beides. Lassen Sie den anderen Teil leer.',
    empty: 'Geben Sie ein neues Passwort oder den Code einer neuen App ein',
    passwordTitle: 'Neues Passwort',
    appTitle: 'Neue Authenticator-App',
    appHint: 'Sie ersetzt alle bisherigen Apps und Wiederherstellungscodes.',
    submit: 'Speichern',
    doneTitle: 'Ihr Zugang ist wiederhergestellt',
    done: 'Kehren Sie zur Anwendung zurück und melden Sie sich an. Sie können diese Seite schließen.',
  },
};
