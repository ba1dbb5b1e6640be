import type { AccountMessages } from './messages.ts';

export const de = {
  menu: { label: 'Ihr Konto', signOut: 'Abmelden' },
  signInFailed: {
    title: 'Sie sind nicht angemeldet',
    why: 'Die Anmeldung wurde abgebrochen, war schon abgeschlossen oder wurde in einem anderen Browser begonnen.',
    again: 'Zu Ihrem Konto',
  },
  overview: { title: 'Ihr Konto', menu: 'Übersicht' },
  methods: { pwd: 'Passwort', otp: 'Einmalcode', hwk: 'Passkey', swk: 'Passkey' },
  sessions: {
    title: 'Angemeldete Geräte',
    hint: 'Auf diesen Browsern ist Ihr Konto angemeldet. Wenn Sie einen nicht kennen, melden Sie ihn ab und ändern Sie Ihr Passwort.',
    current: 'Dieses Gerät',
    now: 'Jetzt',
    lastUsed: 'Zuletzt verwendet',
    signedIn: 'Angemeldet',
    address: 'IP-Adresse',
    method: 'Angemeldet mit',
    apps: 'Apps',
    end: 'Abmelden',
    endOthers: 'Alle anderen Geräte abmelden',
    onlyThis: 'Sie sind nur auf diesem Gerät angemeldet.',
    more: 'Ältere Anmeldungen',
    ended: 'Abgemeldet.',
    endTitle: 'Dieses Gerät abmelden?',
    endOthersTitle: 'Alle anderen Geräte abmelden?',
    consequence: 'Die dort verwendeten Apps werden benachrichtigt und verlangen eine neue Anmeldung.',
    offline: 'Auch dauerhaften Zugriff beenden',
    offlineHint:
      'Manche Apps behalten den Zugriff, während Sie abgemeldet sind, zum Beispiel um Daten abzugleichen. Setzen Sie das Häkchen, um auch diesen zu beenden.',
    endSubmit: 'Abmelden',
  },
  password: {
    menu: 'Passwort',
    title: 'Passwort ändern',
    setTitle: 'Passwort festlegen',
    current: 'Aktuelles Passwort',
    none: 'Ihr Konto hat noch kein Passwort. Sie melden sich auf andere Weise an.',
    consequence: 'Alle anderen Geräte werden abgemeldet.',
    done: 'Ihr Passwort wurde geändert, und alle anderen Geräte wurden abgemeldet.',
    fixed:
      'Ihr Passwort wird vom Betreiber dieses Dienstes festgelegt. Wenden Sie sich an ihn, um es zu ändern.',
  },
} satisfies AccountMessages;
