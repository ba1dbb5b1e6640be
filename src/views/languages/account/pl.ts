import type { AccountMessages } from './messages.ts';

export const pl = {
  menu: { label: 'Twoje konto', signOut: 'Wyloguj się' },
  signInFailed: {
    title: 'Nie jesteś zalogowany(-a)',
    why: 'Logowanie zostało anulowane, zakończyło się już wcześniej albo rozpoczęło się w innej przeglądarce.',
    again: 'Przejdź do swojego konta',
  },
  overview: { title: 'Twoje konto', menu: 'Przegląd' },
} satisfies AccountMessages;
