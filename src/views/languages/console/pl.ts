import type { ConsoleMessages } from './messages.ts';

export const pl = {
  menu: { label: 'Administracja', account: 'Twoje konto', signOut: 'Wyloguj się' },
  roles: { viewer: 'Tylko odczyt', support: 'Wsparcie', admin: 'Administrator' },
  noRole: {
    title: 'Nie masz dostępu do administracji',
    why: (account) => ['Zalogowano jako ', account, '. To konto nie ma roli w administracji.'],
    what: 'Poproś administratora o rolę albo zaloguj się na inne konto.',
    signOut: 'Wyloguj się',
  },
  confirm: {
    typed: (name) => ['Aby potwierdzić, wpisz ', name],
    typedWrong: 'To nie jest ta nazwa. Wpisz ją dokładnie tak, jak podano powyżej.',
  },
  lists: { search: 'Szukaj', next: 'Następna strona', none: 'Nic nie znaleziono.', actions: 'Działania' },
  conflict: {
    title: 'Zmieniono w międzyczasie',
    why: 'Ktoś zmienił te dane, gdy formularz był już otwarty, dlatego niczego nie zapisano. Wpisane wartości pozostały.',
    field: 'Pole',
    theirs: 'Zapisane teraz',
    yours: 'Twoja wartość',
    keep: 'Zapisz ponownie, aby zastąpić zapisane wartości swoimi.',
  },
  overview: {
    menu: 'Przegląd',
    title: 'Administracja',
    mayDo: {
      viewer: 'Możesz tu wszystko zobaczyć, ale niczego nie zmienisz.',
      support:
        'Możesz tu wszystko zobaczyć. Możesz wyłączać i włączać konta, kończyć sesje i wysyłać wiadomość do ustawienia nowego hasła.',
      admin: 'Możesz tu wszystko zobaczyć i zmienić.',
    },
  },
} satisfies ConsoleMessages;
