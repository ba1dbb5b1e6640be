import type { AccountMessages } from './messages.ts';

export const pl = {
  menu: { label: 'Twoje konto', signOut: 'Wyloguj się' },
  signInFailed: {
    title: 'Nie jesteś zalogowany(-a)',
    why: 'Logowanie zostało anulowane, zakończyło się już wcześniej albo rozpoczęło się w innej przeglądarce.',
    again: 'Przejdź do swojego konta',
  },
  overview: { title: 'Twoje konto', menu: 'Przegląd' },
  methods: { pwd: 'Hasło', otp: 'Kod jednorazowy', hwk: 'Klucz dostępu', swk: 'Klucz dostępu' },
  sessions: {
    title: 'Zalogowane urządzenia',
    hint: 'W tych przeglądarkach zalogowano się na Twoje konto. Jeśli którejś nie rozpoznajesz, wyloguj ją i zmień hasło.',
    current: 'To urządzenie',
    now: 'Teraz',
    lastUsed: 'Ostatnio używane',
    signedIn: 'Zalogowano',
    address: 'Adres IP',
    method: 'Sposób logowania',
    apps: 'Aplikacje',
    end: 'Wyloguj',
    endOthers: 'Wyloguj wszystkie inne urządzenia',
    onlyThis: 'Zalogowano się tylko na tym urządzeniu.',
    more: 'Starsze logowania',
    ended: 'Wylogowano.',
    endTitle: 'Wylogować to urządzenie?',
    endOthersTitle: 'Wylogować wszystkie inne urządzenia?',
    consequence: 'Używane tam aplikacje zostaną powiadomione i poproszą o ponowne zalogowanie.',
    offline: 'Zakończ też stały dostęp',
    offlineHint:
      'Niektóre aplikacje zachowują dostęp także po wylogowaniu, na przykład do synchronizacji. Zaznacz to pole, aby zakończyć także ten dostęp.',
    endSubmit: 'Wyloguj',
  },
} satisfies AccountMessages;
