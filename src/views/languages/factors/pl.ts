import type { FactorMessages } from './messages.ts';

export const pl: FactorMessages = {
  ask: {
    title: 'Wpisz kod',
    hint: 'Otwórz aplikację uwierzytelniającą i wpisz sześć cyfr, które wyświetla.',
    code: 'Kod',
    submit: 'Dalej',
    remember: (days) =>
      days === 1
        ? 'Nie pytaj ponownie w tej przeglądarce przez 1 dzień'
        : `Nie pytaj ponownie w tej przeglądarce przez ${days} dni`,
    rememberHint: 'Zaznacz tylko na własnym urządzeniu.',
    useRecovery: 'Użyj kodu odzyskiwania',
    useCode: 'Użyj aplikacji uwierzytelniającej',
    recoveryTitle: 'Wpisz kod odzyskiwania',
    recoveryHint: 'To jeden z dziesięciu kodów zapisanych podczas konfiguracji aplikacji. Każdy działa raz.',
    recoveryCode: 'Kod odzyskiwania',
    lost: (contact) => ['Nie masz urządzenia ani kodów odzyskiwania? Skontaktuj się z ', contact, '.'],
    lostPlain: 'Nie masz urządzenia ani kodów odzyskiwania? Zwróć się do osób, które prowadzą tę usługę.',
    another: 'Zaloguj się na inne konto',
    throttled: (when) => `Zbyt wiele błędnych kodów. Spróbuj ponownie ${when}.`,
    problems: {
      missing: 'Wpisz kod z aplikacji uwierzytelniającej',
      wrong: 'Ten kod jest nieprawidłowy. Wpisz kod, który aplikacja wyświetla teraz',
      reused: 'Ten kod został już użyty. Poczekaj, aż aplikacja wyświetli następny',
      recoveryMissing: 'Wpisz kod odzyskiwania',
      recoveryWrong: 'Ten kod odzyskiwania jest nieprawidłowy lub został już użyty',
    },
  },
  setUp: {
    title: 'Skonfiguruj aplikację uwierzytelniającą',
    why: 'Twoje konto wymaga drugiego kroku podczas logowania: kodu z aplikacji w telefonie.',
    until: (when) => `Możesz to odłożyć. Będzie to wymagane ${when}.`,
    scan: 'Zeskanuj ten kod aplikacją uwierzytelniającą w telefonie. Nadaje się każda aplikacja do kodów jednorazowych.',
    app: 'Na tym urządzeniu lub bez aparatu wpisz w aplikacji ten klucz:',
    secret: 'Klucz',
    qr: 'Kod QR dla aplikacji uwierzytelniającej',
    type: 'Następnie wpisz sześć cyfr, które wyświetla aplikacja.',
    code: 'Kod',
    submit: 'Włącz',
    later: 'Nie teraz',
    problems: {
      missing: 'Wpisz kod, który wyświetla aplikacja',
      wrong:
        'Ten kod jest nieprawidłowy. Wpisz kod, który aplikacja wyświetla teraz, i sprawdź zegar w telefonie',
      expired: 'Strona była otwarta zbyt długo. Zeskanuj nowy kod QR i usuń poprzedni wpis w aplikacji',
      tooMany: 'Twoje konto ma już pięć aplikacji. Najpierw usuń jedną z nich',
    },
  },
  codes: {
    title: 'Zapisz kody odzyskiwania',
    text: 'Jeśli stracisz urządzenie, jeden z tych kodów pozwoli Ci się zalogować. Każdy działa raz. Wydrukuj je lub przechowuj w menedżerze haseł: są pokazywane tylko teraz.',
    list: 'Kody odzyskiwania',
    done: 'Kody zapisane, dalej',
    toAccount: 'Kody zapisane',
  },
  account: {
    title: 'Aplikacja uwierzytelniająca',
    hint: 'Kod z aplikacji w telefonie, oprócz hasła, chroni Twoje konto nawet wtedy, gdy ktoś zna hasło.',
    none: 'Nie skonfigurowano żadnej aplikacji.',
    app: 'Aplikacja uwierzytelniająca',
    added: 'Dodano',
    lastUsed: 'Ostatnio użyto',
    never: 'Nigdy',
    remove: 'Usuń',
    add: 'Skonfiguruj aplikację',
    addAnother: 'Dodaj kolejną aplikację',
    codesTitle: 'Kody odzyskiwania',
    codesLeft: (count) => `Pozostałe kody: ${count}.`,
    codesLow: 'Kody się kończą. Utwórz nowe.',
    codesNone: 'Nie masz kodów odzyskiwania. Bez urządzenia nie uda Ci się zalogować.',
    newCodes: 'Utwórz nowe kody odzyskiwania',
    required:
      'Ta usługa wymaga drugiego kroku. Jeśli usuniesz ostatnią aplikację, skonfigurujesz nową przy następnym logowaniu.',
    done: { added: 'Aplikacja została dodana.', removed: 'Aplikacja została usunięta.' },
    addTitle: 'Skonfiguruj aplikację uwierzytelniającą',
    addConsequence:
      'Od tej pory podczas logowania zapytamy o kod. W innych przeglądarkach trzeba będzie zalogować się ponownie.',
    removeTitle: 'Usunąć tę aplikację?',
    removeConsequence: 'Jej kody nie będą już przyjmowane.',
    removeLast:
      'To Twoja ostatnia aplikacja. Kody odzyskiwania też przestaną działać, a do zalogowania wystarczy samo hasło.',
    removeSubmit: 'Usuń aplikację',
    newCodesTitle: 'Utworzyć nowe kody odzyskiwania?',
    newCodesConsequence: 'Dotychczasowe kody przestaną działać.',
    newCodesSubmit: 'Utwórz nowe kody',
  },
};
