import type { AccountMessages } from './messages.ts';

export const de = {
  menu: { label: 'Ihr Konto', signOut: 'Abmelden' },
  signInFailed: {
    title: 'Sie sind nicht angemeldet',
    why: 'Die Anmeldung wurde abgebrochen, war schon abgeschlossen oder wurde in einem anderen Browser begonnen.',
    again: 'Zu Ihrem Konto',
  },
  overview: { title: 'Ihr Konto', menu: 'Übersicht' },
} satisfies AccountMessages;
