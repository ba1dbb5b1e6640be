import { pl as accounts } from './accounts/pl.ts';
import { pl as branding } from './branding/pl.ts';
import { pl as clients } from './clients/pl.ts';
import { pl as groups } from './groups/pl.ts';
import type { ConsoleMessages } from './messages.ts';
import { pl as operation } from './operation/pl.ts';
import { pl as overview } from './overview/pl.ts';

export const pl = {
  menu: { label: 'Administracja', account: 'Twoje konto', signOut: 'Wyloguj się' },
  roles: { viewer: 'Tylko odczyt', support: 'Wsparcie', admin: 'Administrator' },
  noRole: {
    title: 'Nie masz dostępu do administracji',
    why: (account) => ['Zalogowano jako ', account, '. To konto nie ma roli w administracji.'],
    what: 'Poproś administratora o rolę albo zaloguj się na inne konto.',
    command:
      'Ten serwer działa w trybie deweloperskim. To polecenie wyświetli link, który tworzy konto administratora:',
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
  keptInput:
    'Zalogowano ponownie, a wpisane dane pozostały. Niczego jeszcze nie zapisano. Jeśli formularz ma hasło, wpisz je jeszcze raz.',
  problems: {
    account_exists: 'Konto o tej nazwie użytkownika już istnieje. Wybierz inną.',
    account_configured: 'To konto pochodzi z konfiguracji i tam się je zmienia.',
    account_disabled: 'Konto jest wyłączone. Najpierw je włącz.',
    account_superseded: 'Konto z konfiguracji ma tę nazwę użytkownika. Najpierw nadaj temu kontu inną.',
    address_invalid: 'Podaj jeden adres e-mail, na przykład ada@example.com.',
    email_taken: 'Inne konto ma ten potwierdzony adres.',
    factor_not_needed: 'To konto ma już drugi składnik albo na tym serwerze nie można go skonfigurować.',
    group_exists: 'Grupa o tej nazwie już istnieje. Wybierz inną nazwę.',
    group_invalid:
      'Nazwa grupy ma najwyżej 64 znaki (a-z, 0-9, kropka, podkreślenie, myślnik), a tytuł najwyżej 255. Osoba należy najwyżej do 200 grup.',
    group_not_found: 'Nie ma grupy o tej nazwie. Najpierw dodaj grupę.',
    image_configured: 'Ten obraz pochodzi z konfiguracji i tam się go zmienia.',
    image_invalid: 'To nie jest PNG, WebP ani SVG. Wybierz inny plik.',
    image_too_large: 'Plik ma ponad 256 KiB. Wybierz mniejszy.',
    last_administrator: 'Nikt nie zarządzałby już tym serwerem. Najpierw nadaj rolę innemu kontu.',
    mail_not_configured: 'Nie skonfigurowano serwera poczty. Przekaż link samodzielnie.',
    no_mail: 'To konto nie dostaje wiadomości: potrzebuje potwierdzonego adresu i musi być włączone.',
    unlocked_too_often:
      'To konto odblokowano już pięć razy w ciągu doby. Zamiast tego wyślij tej osobie link do ustawienia nowego hasła.',
    username_kept:
      'Tę nazwę użytkownika miało inne konto i przez pewien czas jest dla niego zachowana. Wybierz inną.',
    version_changed: 'W międzyczasie to zmieniono. Sprawdź jeszcze raz, zanim przejdziesz dalej.',
  },
  entries: {
    time: 'Czas',
    event: 'Zdarzenie',
    account: 'Konto',
    client: 'Klient',
    address: 'Adres',
    outcomes: { refused: 'Odrzucono', failed: 'Niepowodzenie' },
  },
  accounts,
  groups,
  sessions: {
    menu: 'Sesje',
    title: 'Sesje',
    search: 'Nazwa użytkownika, imię i nazwisko lub adres e-mail',
    searchHint: 'Wystarczy początek. Bez niego widać osoby, które zalogowały się ostatnio.',
    of: (account) => ['Sesje konta ', account],
    recent: 'Ostatnio zalogowani',
    browser: 'Przeglądarka',
    address: 'Adres',
    signedIn: 'Zalogowano',
    lastUsed: 'Ostatnio użyto',
    apps: 'Aplikacje',
    none: 'Brak sesji.',
    end: 'Zakończ',
    endTitle: 'Zakończyć tę sesję?',
    explain:
      'Osoba zostanie wylogowana w tej przeglądarce. Aplikacje, do których jej używano, dowiedzą się o tym.',
    submit: 'Zakończ sesję',
    done: 'Sesja została zakończona.',
    gone: 'Ta sesja już się zakończyła.',
  },
  branding,
  clients,
  operation,
  overview,
} satisfies ConsoleMessages;
